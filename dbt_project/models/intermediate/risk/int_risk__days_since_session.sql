-- one row per scored pair and as_of date: the risk factor days_since_session
with features as (
    select * from {{ ref('int_risk__features') }}
),

thresholds as (
    select * from {{ ref('int_risk__thresholds') }}
    where factor_type = 'days_since_session'
),

texts as (
    select * from {{ ref('risk_factor_texts') }}
    where factor_type = 'days_since_session'
),

parameters as (
    {{ parameters(ref('risk_parameters'), ['severity_at_warning']) }}
),

evaluated as (
    select
        coach_id,
        client_id,
        as_of_date,
        days_since_last_session::numeric as value,
        case days_since_last_session when 0 then 'today' when 1 then 'yesterday' else 'days_ago' end as situation
    from features
),

final as (
    select
        evaluated.coach_id,
        evaluated.client_id,
        evaluated.as_of_date,
        thresholds.factor_type,
        evaluated.value,
        {{ severity(
            'evaluated.value', 'thresholds.warning_threshold', 'thresholds.critical_threshold',
            'parameters.severity_at_warning'
        ) }} as severity,
        true as has_evidence,
        {{ format_text('texts.text', {
            'value': 'to_char(evaluated.value, thresholds.number_format)'
        }) }} as description
    from evaluated
    inner join thresholds on evaluated.coach_id = thresholds.coach_id
    inner join texts on evaluated.situation = texts.situation
    cross join parameters
)

select * from final
