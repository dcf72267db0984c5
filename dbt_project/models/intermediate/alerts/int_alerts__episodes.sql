-- one row per pair, alert type and episode that follows from the scored dates
{{ config(materialized='scratch_table', unlogged=true) }}

with judgements as (
    select * from {{ ref('int_alerts__rule_states') }}
    where opened_date is not null
),

scored_dates as (
    select * from {{ ref('int_alerts__scored_dates') }}
),

open_dates as (
    select
        judgements.*,
        coalesce(scored_dates.next_date, scored_dates.era_ended_on) as next_date,
        scored_dates.next_date is null and scored_dates.era_ended_on is not null as is_last_of_era,
        case when bool_or(judgements.severity = 'urgent') over one_episode then 'urgent' else 'warning' end
            as last_severity
    from judgements
    inner join scored_dates
        on
            judgements.coach_id = scored_dates.coach_id
            and judgements.client_id = scored_dates.client_id
            and judgements.as_of_date = scored_dates.as_of_date
    window one_episode as (
        partition by judgements.coach_id, judgements.client_id, judgements.alert_type, judgements.opened_date
    )
),

final as (
    select
        coach_id,
        client_id,
        alert_type,
        opened_date,
        min(episode_key) as episode_key,
        max(as_of_date) as last_open_date,
        last_severity as severity,
        -- when it became as severe as it is
        min(as_of_date) filter (where severity = last_severity) as severity_date,
        (array_agg(next_date order by as_of_date desc))[1] as resolved_date,
        case
            when (array_agg(is_last_of_era order by as_of_date desc))[1] then 'relationship_ended'
            when (array_agg(next_date order by as_of_date desc))[1] is not null then 'condition_ended'
        end as resolution
    from open_dates
    group by coach_id, client_id, alert_type, opened_date, last_severity
)

select * from final
