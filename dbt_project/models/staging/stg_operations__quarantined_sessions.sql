-- one row per session whose data failed to compute
with source as (
    select * from {{ source('operations', 'quarantined_sessions') }}
),

final as (
    select
        job_id,
        coach_id,
        source_revision,
        is_quarantined
    from source
)

select * from final
