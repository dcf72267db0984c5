-- one row per pair and scored date with a score increase that can open an alert: when that alert would close
with scored_dates as (
    select * from {{ ref('int_alerts__scored_dates') }}
),

inactivity_alerts as (
    select * from {{ ref('int_alerts__no_session_30d') }}
    where opened_date is not null
),

parameters as (
    {{ parameters(ref('alert_parameters'), [
        'increase_points', 'increase_cooldown_days', 'increase_recovery_points', 'increase_max_days'
    ]) }}
),

candidates as (
    select
        scored_dates.*,
        parameters.increase_cooldown_days::integer as cooldown_days,
        parameters.increase_recovery_points as recovery_points,
        parameters.increase_max_days::integer as max_days
    from scored_dates
    cross join parameters
    -- while a no_session_30d alert is open, an increase has the same cause
    left join inactivity_alerts
        on
            scored_dates.coach_id = inactivity_alerts.coach_id
            and scored_dates.client_id = inactivity_alerts.client_id
            and scored_dates.as_of_date = inactivity_alerts.as_of_date
    where scored_dates.score_increase >= parameters.increase_points and inactivity_alerts.as_of_date is null
),

final as (
    select
        candidates.coach_id,
        candidates.client_id,
        candidates.as_of_date,
        candidates.relationship_period,
        closing.as_of_date as closes_on,
        -- the first date on which another alert can open
        greatest(
            coalesce(closing.as_of_date, candidates.period_end, 'infinity'),
            candidates.as_of_date + candidates.cooldown_days
        ) as cooldown_until
    from candidates
    cross join lateral (
        select min(later.as_of_date) as as_of_date
        from scored_dates as later
        where
            later.coach_id = candidates.coach_id
            and later.client_id = candidates.client_id
            and later.relationship_period = candidates.relationship_period
            and later.as_of_date > candidates.as_of_date
            and (
                later.risk_score <= candidates.risk_score - candidates.recovery_points
                or later.as_of_date >= candidates.as_of_date + candidates.max_days
            )
    ) as closing
)

select * from final
