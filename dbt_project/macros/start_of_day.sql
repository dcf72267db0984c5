{% macro start_of_day(date) -%}
    ({{ date }}::timestamp at time zone '{{ var("business_time_zone") }}')
{%- endmacro %}
