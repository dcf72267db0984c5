{#- Row of int_transcripts__metrics of one transcript, null without utterances. -#}
{% macro transcript_metrics(transcript_id) -%}
    {{ target.schema }}.transcript_metrics({{ transcript_id }})
{%- endmacro %}

{#-
    Makes the function transcript_metrics(uuid), which looks up one row of the view `measures`, its only argument.

    A function and not a join: Postgres computes the windows of a query in one process, but calls a function that is
    costly and parallel safe in all of them (docs/adr/0070). Its plan is the same for every transcript and is made once:
    Postgres 18 would otherwise weigh, call by call, whether to plan anew, which takes as long as the rest.
-#}
{% macro create_transcript_metrics(measures) -%}
{#- without the database's name, so that a copy of the database can call it -#}
{%- set measures = measures.include(database=false) -%}
create or replace function {{ measures.schema }}.transcript_metrics(wanted uuid)
returns {{ measures }} language sql stable parallel safe cost 10000 set plan_cache_mode = force_generic_plan
as $function$ select * from {{ measures }} where transcript_id = wanted $function$
{%- endmacro %}
