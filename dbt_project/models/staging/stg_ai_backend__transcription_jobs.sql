-- one row per transcription job
with source as (
    select * from {{ source('ai_backend', 'transcription_jobs') }}
),

erased as (
    select * from {{ ref('stg_warehouse__erased_jobs') }}
),

final as (
    select
        source.id as job_id,
        source.coach_id,
        source.client_id,
        lower(trim(source.status)) as status,
        -- a session without any valid date is never on or before an as_of date
        coalesce(
            {{ valid_date_or_null('source.session_date') }},
            {{ valid_date_or_null(business_date('source.completed_at')) }},
            {{ valid_date_or_null(business_date('source.created_at')) }},
            'infinity'
        ) as session_date,
        source.completed_at,
        source.created_at,
        source.updated_at
    from source
    left join erased on source.id = erased.job_id
    where erased.job_id is null
)

select * from final
