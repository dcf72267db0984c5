{#-
    A table that a run fills for its own later models. A full run creates it again, so that Postgres can fill it with
    parallel workers. An incremental run (variable reuse_scratch_tables) truncates and refills the existing table: the
    views on it stay and need not be built again.
-#}
{% materialization scratch_table, adapter='postgres' %}
    {%- set target_relation = this.incorporate(type='table') -%}
    {%- set existing = load_cached_relation(this) -%}
    {%- set is_reused = var('reuse_scratch_tables') and existing is not none and existing.type == 'table' -%}

    {{ run_hooks(pre_hooks, inside_transaction=False) }}
    {{ run_hooks(pre_hooks, inside_transaction=True) }}

    {%- if is_reused -%}
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

    {#- without statistics the planner assumes a small table and chooses nested loops in later models #}
    {% call statement('analyze') %}
        analyze {{ this }}
    {% endcall %}

    {{ run_hooks(post_hooks, inside_transaction=True) }}
    {{ adapter.commit() }}
    {{ run_hooks(post_hooks, inside_transaction=False) }}
    {{ return({'relations': [target_relation]}) }}
{% endmaterialization %}

{% macro create_scratch_table(relation, sql) -%}
    {%- set parameters = config.get('storage_parameters', {}) -%}
    create {{ 'unlogged' if config.get('unlogged') }} table {{ relation }}
    {% if parameters -%}
    with ({% for name, value in parameters.items() %}{{ name }} = {{ value }}{{ ', ' if not loop.last }}{% endfor %})
    {%- endif %}
    as {{ sql }}
{%- endmacro %}
