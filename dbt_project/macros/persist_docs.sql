{#- Writes only comments that changed, because each comment takes a lock on its relation. -#}
{% macro postgres__persist_docs(relation, model, for_relation, for_columns) -%}
    {%- set existing = fromjson(run_query(existing_comments(relation)).rows[0][0]) -%}
    {%- set comments = [] -%}
    {%- if for_relation and config.persist_relation_docs() and model.description not in ('', existing.relation) -%}
        {%- do comments.append(alter_relation_comment(relation, model.description)) -%}
    {%- endif -%}
    {%- if for_columns and config.persist_column_docs() -%}
        {%- for name, column in model.columns.items() if name in existing.columns and column.description not in ('', existing.columns[name]) -%}
            {%- do comments.append(
                'comment on column ' ~ relation ~ '.' ~ (adapter.quote(name) if column.quote else name)
                ~ ' is ' ~ postgres_escape_comment(column.description)
            ) -%}
        {%- endfor -%}
    {%- endif -%}
    {%- if comments -%}{%- do run_query(comments | join(';')) -%}{%- endif -%}
{%- endmacro %}

{% macro existing_comments(relation) -%}
    select
        json_build_object(
            'relation', obj_description(attrelid, 'pg_class'),
            'columns', json_object_agg(attname, col_description(attrelid, attnum) order by attnum)
        )::text
    from pg_attribute
    where attrelid = '{{ relation }}'::regclass and attnum > 0 and not attisdropped
    group by attrelid
{%- endmacro %}
