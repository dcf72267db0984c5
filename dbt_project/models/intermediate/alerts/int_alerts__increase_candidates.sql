-- one row per pair and scored date on which the risk rose enough for an alert: until when that would last
with scored_dates as (
    select * from {{ ref('int_alerts__scored_dates') }}
),

silences as (
    select * from {{ ref('int_alerts__no_session_30d') }}
    where opened_date is not null
),

parameters as (
    {{ parameters(ref('alert_parameters'), [
        'increase_points', 'increase_spacing_days', 'increase_relief_points', 'increase_ends_after_days'
    ]) }}
),

rises as (
    select
        scored_dates.*,
        parameters.increase_spacing_days::integer as spacing_days,
        parameters.increase_relief_points as relief_points,
        parameters.increase_ends_after_days::integer as ends_after_days
    from scored_dates
    cross join parameters
    -- in a silence the rise is the silence itself
    left join silences
        on
            scored_dates.coach_id = silences.coach_id
            and scored_dates.client_id = silences.client_id
            and scored_dates.as_of_date = silences.as_of_date
    where scored_dates.rise >= parameters.increase_points and silences.as_of_date is null
),

final as (
    select
        rises.coach_id,
        rises.client_id,
        rises.as_of_date,
        rises.era,
        relief.as_of_date as over_date,
        -- the first date on which another one may open
        greatest(
            coalesce(relief.as_of_date, rises.era_ended_on, 'infinity'), rises.as_of_date + rises.spacing_days
        ) as free_from_date
    from rises
    cross join lateral (
        select min(later.as_of_date) as as_of_date
        from scored_dates as later
        where
            later.coach_id = rises.coach_id
            and later.client_id = rises.client_id
            and later.era = rises.era
            and later.as_of_date > rises.as_of_date
            and (
                later.risk_score <= rises.risk_score - rises.relief_points
                or later.as_of_date >= rises.as_of_date + rises.ends_after_days
            )
    ) as relief
)

select * from final
