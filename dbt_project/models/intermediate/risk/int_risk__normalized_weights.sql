-- one row per scored pair, as_of date and risk factor: how many points of the score it could make up
with severities as (
    select * from {{ ref('int_risk__severities') }}
),

inputs as (
    select * from {{ ref('int_risk__features') }}
),

thresholds as (
    select * from {{ ref('int_risk__thresholds') }}
),

parameters as (
    {{ parameters(ref('risk_parameters'), ['fading_from_days', 'fading_days']) }}
),

weighed as (
    select
        severities.*,
        thresholds.position,
        thresholds.weight,
        thresholds.warning_threshold,
        thresholds.critical_threshold,
        thresholds.decimals,
        case
            when not severities.has_evidence then 0
            when not thresholds.fades_with_silence then thresholds.weight
            -- what sessions showed says less and less about a client who stays away
            else thresholds.weight * greatest(0, least(
                1,
                (parameters.fading_days - (inputs.days_since_last_session - parameters.fading_from_days))
                / parameters.fading_days
            ))
        end as weight_with_evidence
    from severities
    inner join inputs
        on
            severities.coach_id = inputs.coach_id
            and severities.client_id = inputs.client_id
            and severities.as_of_date = inputs.as_of_date
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
        100 * weight_with_evidence
        / sum(weight_with_evidence) over (partition by coach_id, client_id, as_of_date) as score_share
    from weighed
)

select * from final
