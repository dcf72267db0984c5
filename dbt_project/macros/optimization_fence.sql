{#-
    At the end of a subquery: its columns are computed there, once. Without it Postgres writes each column's formula
    wherever the column is used, and computes it as often.
-#}
{% macro optimization_fence() -%}
    offset 0
{%- endmacro %}
