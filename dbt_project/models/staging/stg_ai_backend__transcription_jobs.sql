-- one row per transcription job
with source as (
    select * from {{ source('ai_backend', 'transcription_jobs') }}
),

final as (
    select
        id as job_id,
        coach_id,
        client_id,
        lower(trim(status)) as status,
        coalesce(session_date, {{ business_date('coalesce(completed_at, created_at)') }}) as session_date,
        completed_at,
        created_at,
        updated_at
    from source
)

select * from final
