{#- A date as text, 2026-11-22, in whatever way the server writes dates (its setting DateStyle). -#}
{% macro iso_date(date) -%}
    to_char({{ date }}, 'YYYY-MM-DD')
{%- endmacro %}
