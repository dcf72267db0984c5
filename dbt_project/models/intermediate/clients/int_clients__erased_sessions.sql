-- one row per session that client records may rest on, although it is gone or was moved to another client
{{ config(materialized='scratch_table', unlogged=true) }}

-- both are read where they stand: for a few clients, through their indexes
with counted as not materialized (
    {{ self_snapshot('int_clients__session_snapshot', {
        'job_id': 'uuid', 'coach_id': 'uuid', 'client_id': 'uuid', 'session_date': 'date'
    }) }}
),

sessions as not materialized (
    select * from {{ ref('int_clients__sessions') }}
),

tombstones as (
    select * from {{ ref('stg_warehouse__erased_jobs') }}
),

gone as (
    select
        counted.job_id,
        counted.coach_id,
        counted.client_id,
        counted.session_date
    from counted
    left join sessions
        on
            counted.job_id = sessions.job_id
            and counted.coach_id = sessions.coach_id
            and counted.client_id = sessions.client_id
    where sessions.job_id is null
    union
    -- Whatever a run that was under way while its client was erased may have left. A client who came back since
    -- has sessions, and records of them.
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
        and tombstones.job_id not in (select counted.job_id from counted)
),

final as (
    select * from gone
    where {{ is_selected_client() }}
)

select * from final
