-- one row per scored pair and as_of date: the risk factor days_since_session
with inputs as (
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

judged as (
    select
        coach_id,
        client_id,
        as_of_date,
        days_since_last_session::numeric as value,
        case days_since_last_session when 0 then 'today' when 1 then 'yesterday' else 'days_ago' end as situation
    from inputs
),

final as (
    select
        judged.coach_id,
        judged.client_id,
        judged.as_of_date,
        thresholds.factor_type,
        judged.value,
        {{ severity(
            'judged.value', 'thresholds.warning_threshold', 'thresholds.critical_threshold',
            'parameters.severity_at_warning'
        ) }} as severity,
        true as has_evidence,
        {{ fill('texts.text', {'value': 'to_char(judged.value, thresholds.number_format)'}) }} as description
    from judged
    inner join thresholds on judged.coach_id = thresholds.coach_id
    inner join texts on judged.situation = texts.situation
    cross join parameters
)

select * from final
