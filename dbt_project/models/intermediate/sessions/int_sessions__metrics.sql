-- one row per pending session with utterances: the metrics of its transcript
-- computed session by session, by a function; depends_on: {{ ref('int_transcripts__metrics') }}
{{ config(materialized='scratch_table', unlogged=true) }}

with computed as (
    select
        job_id,
        coach_id,
        client_id,
        {{ transcript_metrics('transcript_id') }} as metrics
    from {{ ref('int_sessions__pending') }}
    where not is_removed
    {{ optimization_fence() }} -- noqa: PRS
),

final as (
    select
        job_id,
        coach_id,
        client_id,
        (metrics).* -- noqa: AL03
    from computed
    where (metrics).transcript_id is not null
)

select * from final
