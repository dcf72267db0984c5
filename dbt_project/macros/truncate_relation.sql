{#-
    How dbt empties a seed before it fills it again, in one transaction. A truncate is seen by readers whose
    statement began before it, as an empty table; a delete is not, and locks nobody out.
-#}
{% macro postgres__truncate_relation(relation) -%}
    {% call statement('truncate_relation') %}
        delete from {{ relation }}
    {% endcall %}
{%- endmacro %}
