{#-
    The words for each of these columns of a model: the model's own, else those of the nearest model it reads
    that has words for a column of this name, else of the nearest one that reads it, else of the nearest one at all. A
    column that is passed on under its name means the same (docs/adr/0085), so it is described once.
-#}
{% macro inherit_column_descriptions(columns, model) -%}
    {%- set words = {} -%}
    {%- set open = [] -%}
    {%- for name in columns -%}
        {%- set own = model.columns.get(name, {}).get('description', '') | trim -%}
        {%- if own -%}
            {%- do words.update({name: model.columns[name]}) -%}
        {%- else -%}
            {%- do open.append(name) -%}
        {%- endif -%}
    {%- endfor -%}
    {%- for direction in ('read', 'readers', 'both') if graph and words | length < columns | length -%}
        {%- set readers = graph_readers() if direction != 'read' else {} -%}
        {%- set seen = [model.unique_id] -%}
        {%- for key in seen if words | length < columns | length -%} {#- grows while it is walked: nearest first -#}
            {%- set node = graph.nodes.get(key) or graph.sources.get(key) or {} -%}
            {%- if key != model.unique_id and node.get('resource_type') != 'seed' -%} {#- a constant's value is no measure's -#}
                {%- for name in open if name not in words and name in node.get('columns', {}) -%}
                    {%- set text = node.columns[name].description | trim -%}
                    {%- if text -%}{%- do words.update({name: {'name': name, 'description': text}}) -%}{%- endif -%}
                {%- endfor -%}
            {%- endif -%}
            {%- set next = (node.get('depends_on', {}).get('nodes', []) if direction != 'readers' else [])
                + readers.get(key, []) -%}
            {%- for other in next if other not in seen -%}{%- do seen.append(other) -%}{%- endfor -%}
        {%- endfor -%}
    {%- endfor -%}
    {{ return(words) }}
{%- endmacro %}

{#- Models by what they read. -#}
{% macro graph_readers() -%}
    {%- set readers = {} -%}
    {%- for node in graph.nodes.values() | selectattr('resource_type', 'equalto', 'model') -%}
        {%- for key in node.depends_on.nodes -%}
            {%- do readers.setdefault(key, []).append(node.unique_id) -%}
        {%- endfor -%}
    {%- endfor -%}
    {{ return(readers) }}
{%- endmacro %}

{#- dbt's own, with every column instead of those that the model itself describes, and only what is not there yet. -#}
{% macro postgres__persist_docs(relation, model, for_relation, for_columns) -%}
    {%- set there = fromjson(run_query(existing_comments(relation)).rows[0][0]) -%}
    {%- if for_relation and config.persist_relation_docs() and model.description not in ('', there.relation) -%}
        {%- do run_query(alter_relation_comment(relation, model.description)) -%}
    {%- endif -%}
    {%- if for_columns and config.persist_column_docs() -%}
        {%- set comments = [] -%}
        {%- for name, column in inherit_column_descriptions(there.columns, model).items() if column.description != there.columns[name] -%}
            {%- set quoted = adapter.quote(name) if column.quote else name -%}
            {%- do comments.append('comment on column ' ~ relation ~ '.' ~ quoted ~ ' is '
                ~ postgres_escape_comment(column.description)) -%}
        {%- endfor -%}
        {%- if comments -%}{%- do run_query(comments | join(';')) -%}{%- endif -%}
    {%- endif -%}
{%- endmacro %}

{#- A relation's words in the database, and its columns', in their order. -#}
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
