{#-
    The mart's columns in its order, taken from the relation `source`, or from another one where `instead` (column to
    relation) says so.
-#}
{% macro columns_from(source, instead={}) -%}
    {%- for column in adapter.get_columns_in_relation(this) | map(attribute='name') -%}
        {{ instead.get(column, source) }}.{{ column }}{{ ', ' if not loop.last }}
    {%- endfor -%}
{%- endmacro %}
