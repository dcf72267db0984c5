{#-
    A date, or null where it is none (docs/adr/0044): infinite, or before the variable earliest_session_date, which is a
    program's way to write "none".
-#}
{% macro valid_date_or_null(date) -%}
    case when isfinite({{ date }}) and {{ date }} >= '{{ var("earliest_session_date") }}' then {{ date }} end
{%- endmacro %}
