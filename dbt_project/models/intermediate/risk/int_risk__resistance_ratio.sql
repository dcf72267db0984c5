-- one row per scored pair and as_of date: the risk factor resistance_ratio
with inputs as (
    select * from {{ ref('int_risk__features') }}
),

thresholds as (
    select * from {{ ref('int_risk__thresholds') }}
    where factor_type = 'resistance_ratio'
),

texts as (
    select * from {{ ref('risk_factor_texts') }}
    where factor_type = 'resistance_ratio'
),

parameters as (
    {{ parameters(ref('risk_parameters'), ['severity_at_warning', 'min_resistance_cues']) }}
),

judged as (
    select
        inputs.*,
        inputs.resistance_to_commitment_ratio as value,
        case
            when inputs.resistance_to_commitment_ratio is null then 'unknown'
            when inputs.total_resistance_cues = 0 then 'none'
            when inputs.total_resistance_cues < parameters.min_resistance_cues then 'few'
            else 'ratio'
        end as situation
    from inputs
    cross join parameters
),

final as (
    select
        judged.coach_id,
        judged.client_id,
        judged.as_of_date,
        thresholds.factor_type,
        judged.value,
        case judged.situation
            when 'unknown' then null
            when 'ratio' then {{ severity(
                'judged.value', 'thresholds.warning_threshold', 'thresholds.critical_threshold',
                'parameters.severity_at_warning'
            ) }}
            else 0
        end as severity,
        judged.value is not null as has_evidence,
        {{ fill('texts.text', {
            'value': "coalesce(to_char(judged.value, thresholds.number_format), '')",
            'resistance': counted('judged.total_resistance_cues', 'resistance cue'),
            'commitment': counted('judged.total_commitment_cues', 'commitment cue'),
            'window_days': 'judged.window_days::text'
        }) }} as description
    from judged
    inner join thresholds on judged.coach_id = thresholds.coach_id
    inner join texts on judged.situation = texts.situation
    cross join parameters
)

select * from final
