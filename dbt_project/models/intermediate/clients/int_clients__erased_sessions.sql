-- one row per session that was deleted or moved to another client after client records were computed from it
{{ config(materialized='scratch_table', unlogged=true) }}

-- not materialized: for a few clients both are read through their indexes
with recorded as not materialized (
    {{ self_snapshot('int_operations__session_snapshot', {
        'job_id': 'uuid', 'coach_id': 'uuid', 'client_id': 'uuid', 'session_date': 'date'
    }, schema='analytics_intermediate') }}
),

sessions as not materialized (
    select * from {{ ref('int_clients__sessions') }}
),

tombstones as (
    select * from {{ ref('stg_warehouse__erased_jobs') }}
),

removed as (
    select
        recorded.job_id,
        recorded.coach_id,
        recorded.client_id,
        recorded.session_date
    from recorded
    left join sessions
        on
            recorded.job_id = sessions.job_id
            and recorded.coach_id = sessions.coach_id
            and recorded.client_id = sessions.client_id
    where sessions.job_id is null
    union
    -- Records written by a run that was in progress during the erasure. A client who returned since then has new
    -- sessions and valid records.
    select
        tombstones.job_id,
        tombstones.coach_id,
        tombstones.client_id,
        '-infinity' as session_date
    from tombstones
    where
        not exists (
            select from sessions
            where sessions.coach_id = tombstones.coach_id and sessions.client_id = tombstones.client_id
        )
        and tombstones.job_id not in (select recorded.job_id from recorded)
),

final as (
    select * from removed
    where {{ is_selected_client() }}
)

select * from final
