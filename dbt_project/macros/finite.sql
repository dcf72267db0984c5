{#- A date or moment, or null where it is infinite: no calendar date, and nothing to count days with. -#}
{% macro finite(value) -%}
    case when isfinite({{ value }}) then {{ value }} end
{%- endmacro %}
