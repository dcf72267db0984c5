{% macro business_date(timestamp) -%}
    ({{ timestamp }} at time zone '{{ var("business_time_zone") }}')::date
{%- endmacro %}
