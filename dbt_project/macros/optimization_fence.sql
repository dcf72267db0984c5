{#- Without it Postgres may inline a subquery's expressions and evaluate each one once per use. -#}
{% macro optimization_fence() -%}
    offset 0
{%- endmacro %}
