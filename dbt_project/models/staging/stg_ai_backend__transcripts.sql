-- one row per transcript
with source as (
    select * from {{ source('ai_backend', 'transcripts') }}
),

final as (
    select
        id as transcript_id,
        job_id,
        confidence_score,
        created_at
    from source
)

select * from final
