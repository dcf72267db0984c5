{#-
    A view that can be read while dbt runs: `create or replace`, and only when the definition changed. dbt's own view
    materialization renames and drops the old view with everything that depends on it.
    `view_options` are Postgres' view options; the default applies the reader's privileges and row-level security
    instead of the owner's.
-#}
{% materialization view_in_place, adapter='postgres' %}
    {%- set target_relation = this.incorporate(type='view') -%}
    {%- set existing = load_cached_relation(this) -%}
    {%- set options = config.get('view_options', 'security_invoker = true') -%}

    {{ run_hooks(pre_hooks, inside_transaction=False) }}
    {{ run_hooks(pre_hooks, inside_transaction=True) }}

    {%- if existing is not none and existing.type != 'view' -%}
        {%- do adapter.drop_relation(existing) -%}
    {%- endif -%}
    {%- if config.get('contract').enforced -%}
        {%- do get_assert_columns_equivalent(sql) -%}
    {%- endif -%}

    {% call statement('main') %}
        do $view_in_place$
        declare
            is_same boolean;
        begin
            create temporary view view_in_place_candidate with ({{ options }}) as {{ sql }}
            ;
            select
                pg_get_viewdef(old.oid) = pg_get_viewdef(candidate.oid)
                and old.reloptions is not distinct from candidate.reloptions
            into is_same
            from pg_class as old, pg_class as candidate
            where old.oid = to_regclass('{{ this }}') and candidate.oid = 'pg_temp.view_in_place_candidate'::regclass;
            drop view pg_temp.view_in_place_candidate;
            if coalesce(is_same, false) then
                return;
            end if;
            begin
                create or replace view {{ this }} with ({{ options }}) as {{ sql }}
            ;
            exception
                when invalid_table_definition then -- the columns changed
                    drop view {{ this }} cascade;
                    create view {{ this }} with ({{ options }}) as {{ sql }}
            ;
            end;
        end
        $view_in_place$
    {% endcall %}

    {%- do apply_grants(target_relation, config.get('grants'), should_revoke=should_revoke(existing, full_refresh_mode=False)) -%}
    {%- do persist_docs(target_relation, model) -%}

    {{ run_hooks(post_hooks, inside_transaction=True) }}
    {{ adapter.commit() }}
    {{ run_hooks(post_hooks, inside_transaction=False) }}
    {{ return({'relations': [target_relation]}) }}
{% endmaterialization %}
