{#- Not a cast to text, which depends on the server's DateStyle. -#}
{% macro iso_date(date) -%}
    to_char({{ date }}, 'YYYY-MM-DD')
{%- endmacro %}
