-- one row per scored pair, as_of date and risk factor: its maximum contribution, given the available evidence
with severities as (
    select * from {{ ref('int_risk__severities') }}
),

features as (
    select * from {{ ref('int_risk__features') }}
),

thresholds as (
    select * from {{ ref('int_risk__thresholds') }}
),

parameters as (
    {{ parameters(ref('risk_parameters'), ['decay_start_days', 'decay_days']) }}
),

weighted as (
    select
        severities.*,
        thresholds.position,
        thresholds.weight,
        thresholds.warning_threshold,
        thresholds.critical_threshold,
        thresholds.decimals,
        case
            when not severities.has_evidence then 0
            when not thresholds.decays_with_inactivity then thresholds.weight
            -- evidence from sessions decays with the time since the last session
            else thresholds.weight * greatest(0, least(
                1,
                (parameters.decay_days - (features.days_since_last_session - parameters.decay_start_days))
                / parameters.decay_days
            ))
        end as effective_weight
    from severities
    inner join features
        on
            severities.coach_id = features.coach_id
            and severities.client_id = features.client_id
            and severities.as_of_date = features.as_of_date
    inner join thresholds
        on severities.coach_id = thresholds.coach_id and severities.factor_type = thresholds.factor_type
    cross join parameters
),

final as (
    select
        coach_id,
        client_id,
        as_of_date,
        factor_type,
        position,
        value,
        severity,
        has_evidence,
        description,
        weight,
        warning_threshold,
        critical_threshold,
        decimals,
        100 * effective_weight
        / sum(effective_weight) over (partition by coach_id, client_id, as_of_date) as normalized_weight
    from weighted
)

select * from final
