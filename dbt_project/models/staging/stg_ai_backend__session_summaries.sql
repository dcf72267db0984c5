-- one row per session summary
with source as (
    select * from {{ source('ai_backend', 'session_summaries') }}
),

final as (
    select
        id as summary_id,
        job_id,
        nullif(lower(trim(client_sentiment)), '') as client_sentiment_label,
        created_at
    from source
)

select * from final
