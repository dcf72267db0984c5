{#-
    The words for each column of a relation that is there: the model's own, else those of the nearest model it reads
    that has words for a column of this name, else of the nearest one that reads it, else of the nearest one at all. A
    column that is passed on under its name means the same (docs/adr/0085), so it is described once.
-#}
{% macro described_columns(relation, model) -%}
    {%- set words = {} -%}
    {%- set open = [] -%}
    {%- for column in adapter.get_columns_in_relation(relation) -%}
        {%- set own = model.columns.get(column.name, {}).get('description', '') | trim -%}
        {%- if own -%}
            {%- do words.update({column.name: model.columns[column.name]}) -%}
        {%- else -%}
            {%- do open.append(column.name) -%}
        {%- endif -%}
    {%- endfor -%}
    {%- if open and graph -%}
        {%- set readers = graph_readers() -%}
        {%- for direction in ('read', 'readers', 'both') -%}
            {%- set seen = [model.unique_id] -%}
            {%- for key in seen -%} {#- grows while it is walked: nearest first -#}
                {%- set node = graph.nodes.get(key) or graph.sources.get(key) or {} -%}
                {%- if key != model.unique_id and node.get('resource_type') != 'seed' -%} {#- a constant's value is no measure's -#}
                    {%- for name in open if name not in words -%}
                        {%- set text = node.get('columns', {}).get(name, {}).get('description', '') | trim -%}
                        {%- if text -%}{%- do words.update({name: {'name': name, 'description': text}}) -%}{%- endif -%}
                    {%- endfor -%}
                {%- endif -%}
                {%- set next = (node.get('depends_on', {}).get('nodes', []) if direction != 'readers' else [])
                    + (readers.get(key, []) if direction != 'read' else []) -%}
                {%- for other in next if other not in seen -%}{%- do seen.append(other) -%}{%- endfor -%}
            {%- endfor -%}
        {%- endfor -%}
    {%- endif -%}
    {{ return(words) }}
{%- endmacro %}

{#- Models by what they read. -#}
{% macro graph_readers() -%}
    {%- set readers = {} -%}
    {%- for node in graph.nodes.values() if node.resource_type == 'model' -%}
        {%- for key in node.depends_on.nodes -%}
            {%- do readers.setdefault(key, []).append(node.unique_id) -%}
        {%- endfor -%}
    {%- endfor -%}
    {{ return(readers) }}
{%- endmacro %}

{#- dbt's own, with every column instead of those that the model itself describes. -#}
{% macro postgres__persist_docs(relation, model, for_relation, for_columns) -%}
    {%- if for_relation and config.persist_relation_docs() and model.description -%}
        {%- do run_query(alter_relation_comment(relation, model.description)) -%}
    {%- endif -%}
    {%- if for_columns and config.persist_column_docs() -%}
        {%- set words = described_columns(relation, model) -%}
        {%- if words -%}{%- do run_query(alter_column_comment(relation, words)) -%}{%- endif -%}
    {%- endif -%}
{%- endmacro %}
