{#- The moment at which a date begins in the business time zone. -#}
{% macro start_of_day(date) -%}
    ({{ date }}::timestamp at time zone '{{ var("business_time_zone") }}')
{%- endmacro %}
