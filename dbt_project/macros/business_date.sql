{#- The calendar date of a moment in the business time zone (metrics page, "Terms"). -#}
{% macro business_date(moment) -%}
    ({{ moment }} at time zone '{{ var("business_time_zone") }}')::date
{%- endmacro %}
