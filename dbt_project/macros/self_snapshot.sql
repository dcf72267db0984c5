{#-
    A mart as it stands before this run, read by the worklist that decides what has to be computed again. It is
    the same self-reference as dbt's `this`, one model earlier, and therefore no ref() (docs/adr/0003).
    Before the mart exists there are no rows. `columns` maps each column to its type.
-#}
{% macro self_snapshot(mart, columns) -%}
    {%- set relation = adapter.get_relation(target.database, generate_schema_name('ai_backend'), mart) if execute -%}
    select
        {%- for column, type in columns.items() %}
        {{ column if relation else 'null' }}::{{ type }} as {{ column }}{{ ',' if not loop.last }}
        {%- endfor %}
    {{ 'from ' ~ relation if relation else 'where false' }}
{%- endmacro %}
