{#- Not least(), which ignores nulls: an unknown value must stay unknown. -#}
{% macro cap(value, limit) -%}
    case when {{ value }} > {{ limit }} then {{ limit }} else {{ value }} end
{%- endmacro %}
