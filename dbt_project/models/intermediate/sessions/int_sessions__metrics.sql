-- one row per session on the worklist that has utterances: what they add up to
-- measured one session at a time (docs/adr/0070); depends_on: {{ ref('int_transcripts__metrics') }}
{{ config(materialized='scratch_table', unlogged=true) }}

with measured as (
    select
        job_id,
        coach_id,
        client_id,
        {{ transcript_metrics('transcript_id') }} as measures
    from {{ ref('int_sessions__pending') }}
    where not is_gone
    {{ optimization_fence() }} -- noqa: PRS
),

final as (
    select
        job_id,
        coach_id,
        client_id,
        (measures).* -- noqa: AL03
    from measured
    where (measures).transcript_id is not null
)

select * from final
