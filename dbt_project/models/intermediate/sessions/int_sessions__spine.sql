-- one row per session: a completed job with its newest transcript
with jobs as (
    select * from {{ ref('stg_ai_backend__transcription_jobs') }}
),

transcripts as (
    select distinct on (job_id)
        job_id,
        transcript_id,
        confidence_score,
        created_at
    from {{ ref('stg_ai_backend__transcripts') }}
    order by job_id asc, created_at desc nulls last, transcript_id asc
),

final as (
    select
        jobs.job_id,
        jobs.coach_id,
        jobs.client_id,
        jobs.session_date,
        jobs.completed_at,
        transcripts.transcript_id,
        transcripts.confidence_score as transcript_confidence,
        -- changes with every change that upstream reports of the job or its transcript
        md5(concat_ws(
            '|',
            jobs.coach_id,
            jobs.client_id,
            jobs.session_date,
            extract(epoch from jobs.completed_at),
            extract(epoch from jobs.updated_at),
            transcripts.transcript_id,
            extract(epoch from transcripts.created_at),
            transcripts.confidence_score
        )) as source_revision
    from jobs
    left join transcripts on jobs.job_id = transcripts.job_id
    where jobs.status = 'completed'
)

select * from final
