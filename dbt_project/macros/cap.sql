{#- A value, cut at a limit. Unknown stays unknown: least() would pass over a null. -#}
{% macro cap(value, limit) -%}
    case when {{ value }} > {{ limit }} then {{ limit }} else {{ value }} end
{%- endmacro %}
