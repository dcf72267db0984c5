{#-
    Like dbt's `this`, in an earlier model: a model that selects the work of a run reads a table that the run writes
    later. As a ref() it would make the graph cyclic.
-#}
{% macro self_snapshot(model, columns, schema='ai_backend') -%}
    {%- set relation = adapter.get_relation(target.database, generate_schema_name(schema), model) if execute -%}
    select
        {%- for column, type in columns.items() %}
        {{ column if relation else 'null' }}::{{ type }} as {{ column }}{{ ',' if not loop.last }}
        {%- endfor %}
    {{ 'from ' ~ relation if relation else 'where false' }}
{%- endmacro %}
