{#- Row of int_sessions__transcript_measures of one transcript, null without utterances. -#}
{% macro measures_of_transcript(transcript_id) -%}
    {{ target.schema }}.measures_of_transcript({{ transcript_id }})
{%- endmacro %}

{#-
    Makes the function measures_of_transcript(uuid), which looks up one row of the view `measures`, its only argument.

    A function and not a join: Postgres computes the windows of a query in one process, but calls a function that is
    costly and parallel safe in all of them (docs/adr/0070). Its plan is the same for every transcript and is made once:
    Postgres 18 would otherwise weigh, call by call, whether to plan anew, which takes as long as the rest.
-#}
{% macro create_measures_of_transcript(measures) -%}
{#- without the database's name, so that a copy of the database can call it -#}
{%- set measures = measures.include(database=false) -%}
create or replace function {{ measures.schema }}.measures_of_transcript(wanted uuid)
returns {{ measures }} language sql stable parallel safe cost 10000 set plan_cache_mode = force_generic_plan
as $function$ select * from {{ measures }} where transcript_id = wanted $function$
{%- endmacro %}
