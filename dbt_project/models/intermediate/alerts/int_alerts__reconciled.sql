-- one row per alert as this run leaves it: new, brought up to date, or resolved since nothing bears it out now
{{ config(materialized='scratch_table', unlogged=true) }}

with matches as (
    select * from {{ ref('int_alerts__matched_episodes') }}
),

resolved_otherwise as (
    select * from {{ ref('int_alerts__closed_without_evidence') }}
),

-- several computed episodes may be one recorded alert: the latest one tells how it stands
latest as (
    select distinct on (coach_id, client_id, id)
        id,
        coach_id,
        client_id,
        alert_type,
        episode_key,
        min(opened_date) over (partition by coach_id, client_id, id) as opened_date,
        last_open_date,
        severity,
        severity_date,
        resolved_date,
        resolution
    from matches
    order by coach_id asc, client_id asc, id asc, computed_opened_date desc
),

final as (
    select
        *,
        true as is_borne_out
    from latest
    union all
    select
        id,
        coach_id,
        client_id,
        alert_type,
        episode_key,
        opened_date,
        last_open_date,
        severity,
        severity_date,
        resolved_date,
        resolution,
        false as is_borne_out
    from resolved_otherwise
)

select * from final
