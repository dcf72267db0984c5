{% macro valid_date_or_null(date) -%}
    case when isfinite({{ date }}) and {{ date }} >= '{{ var("min_session_date") }}' then {{ date }} end
{%- endmacro %}
