{#-
    dbt empties a seed with truncate before it fills it again. A statement that began earlier would see an empty table
    and wait for the lock; a delete avoids both.
-#}
{% macro postgres__truncate_relation(relation) -%}
    {% call statement('truncate_relation') %}
        delete from {{ relation }}
    {% endcall %}
{%- endmacro %}
