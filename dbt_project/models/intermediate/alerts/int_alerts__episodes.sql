-- one row per pair, alert type and episode computed from the scored dates
{{ config(materialized='scratch_table', unlogged=true) }}

with rule_states as (
    select * from {{ ref('int_alerts__rule_states') }}
    where opened_date is not null
),

scored_dates as (
    select * from {{ ref('int_alerts__scored_dates') }}
),

open_dates as (
    select
        rule_states.*,
        coalesce(scored_dates.next_date, scored_dates.period_end) as next_date,
        scored_dates.next_date is null and scored_dates.period_end is not null as is_last_of_period,
        case when bool_or(rule_states.severity = 'urgent') over one_episode then 'urgent' else 'warning' end
            as last_severity
    from rule_states
    inner join scored_dates
        on
            rule_states.coach_id = scored_dates.coach_id
            and rule_states.client_id = scored_dates.client_id
            and rule_states.as_of_date = scored_dates.as_of_date
    window one_episode as (
        partition by rule_states.coach_id, rule_states.client_id, rule_states.alert_type, rule_states.opened_date
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
        -- first date with the final severity
        min(as_of_date) filter (where severity = last_severity) as severity_date,
        (array_agg(next_date order by as_of_date desc))[1] as resolved_date,
        case
            when (array_agg(is_last_of_period order by as_of_date desc))[1] then 'relationship_ended'
            when (array_agg(next_date order by as_of_date desc))[1] is not null then 'condition_ended'
        end as resolution
    from open_dates
    group by coach_id, client_id, alert_type, opened_date, last_severity
)

select * from final
