{#-
    Like dbt's `this`, one model earlier: the model that selects the work of a run reads the mart that the run then
    writes. As a ref() it would make the graph cyclic.
-#}
{% macro self_snapshot(mart, columns) -%}
    {%- set relation = adapter.get_relation(target.database, generate_schema_name('ai_backend'), mart) if execute -%}
    select
        {%- for column, type in columns.items() %}
        {{ column if relation else 'null' }}::{{ type }} as {{ column }}{{ ',' if not loop.last }}
        {%- endfor %}
    {{ 'from ' ~ relation if relation else 'where false' }}
{%- endmacro %}
