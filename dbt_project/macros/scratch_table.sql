{#-
    A table that a run fills for its own later steps. A complete run makes it anew, which lets Postgres spread the work
    over its processes. A run for a few sessions (variable reuse_scratch_tables) refills the one that is there: the views that read
    it stay where they are, and need not be built again.
-#}
{% materialization scratch_table, adapter='postgres' %}
    {%- set target_relation = this.incorporate(type='table') -%}
    {%- set existing = load_cached_relation(this) -%}
    {%- set is_refilled = var('reuse_scratch_tables') and existing is not none and existing.type == 'table' -%}

    {{ run_hooks(pre_hooks, inside_transaction=False) }}
    {{ run_hooks(pre_hooks, inside_transaction=True) }}

    {%- if is_refilled -%}
        {% call statement('main') %}
            truncate {{ this }};
            insert into {{ this }}
            {{ sql }}
        {% endcall %}
    {%- else -%}
        {%- if existing is not none -%}
            {%- do adapter.drop_relation(existing) -%}
        {%- endif -%}
        {% call statement('main') %}
            {{ create_scratch_table(target_relation, sql) }}
        {% endcall %}
        {%- do create_indexes(target_relation) -%}
        {%- do apply_grants(target_relation, config.get('grants'), should_revoke=False) -%}
        {%- do persist_docs(target_relation, model) -%}
    {%- endif -%}

    {#- without figures the planner takes a new table for a small one, and later steps for a loop in a loop #}
    {% call statement('analyze') %}
        analyze {{ this }}
    {% endcall %}

    {{ run_hooks(post_hooks, inside_transaction=True) }}
    {{ adapter.commit() }}
    {{ run_hooks(post_hooks, inside_transaction=False) }}
    {{ return({'relations': [target_relation]}) }}
{% endmaterialization %}

{#- The table with its rows; the setting `storage_parameters` maps Postgres' storage parameters to values. -#}
{% macro create_scratch_table(relation, sql) -%}
    {%- set parameters = config.get('storage_parameters', {}) -%}
    create {{ 'unlogged' if config.get('unlogged') }} table {{ relation }}
    {% if parameters -%}
    with ({% for name, value in parameters.items() %}{{ name }} = {{ value }}{{ ', ' if not loop.last }}{% endfor %})
    {%- endif %}
    as {{ sql }}
{%- endmacro %}
