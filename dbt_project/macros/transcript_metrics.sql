{% macro transcript_metrics(transcript_id) -%}
    {{ target.schema }}.transcript_metrics({{ transcript_id }})
{%- endmacro %}

{#-
    A function instead of a join: Postgres computes a query's window functions in one process, but calls an expensive
    function that is parallel safe in all workers. A generic plan serves every transcript: Postgres 18 would otherwise
    decide per call whether to plan again, which takes as long as the call itself.
-#}
{% macro create_transcript_metrics(metrics) -%}
{#- without the database's name, so that a copy of the database can call it -#}
{%- set metrics = metrics.include(database=false) -%}
create or replace function {{ metrics.schema }}.transcript_metrics(wanted uuid)
returns {{ metrics }} language sql stable parallel safe cost 10000 set plan_cache_mode = force_generic_plan
as $function$ select * from {{ metrics }} where transcript_id = wanted $function$
{%- endmacro %}
