-- one row per job whose client was erased
with source as (
    select * from {{ source('warehouse', 'erased_jobs') }}
),

final as (
    select
        job_id,
        coach_id,
        client_id,
        erased_at
    from source
)

select * from final
