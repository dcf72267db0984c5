-- one row per alert as this run records it: new, updated, or resolved because no rule supports it any more
{{ config(materialized='scratch_table', unlogged=true) }}

with matched_episodes as (
    select * from {{ ref('int_alerts__matched_episodes') }}
),

closed_without_evidence as (
    select * from {{ ref('int_alerts__closed_without_evidence') }}
),

-- several computed episodes may match one recorded alert: the latest one determines its state
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
    from matched_episodes
    order by coach_id asc, client_id asc, id asc, computed_opened_date desc
),

final as (
    select
        *,
        true as is_supported
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
        false as is_supported
    from closed_without_evidence
)

select * from final
