-- one row per scored pair and as_of date: the risk factor resistance_ratio
with features as (
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

evaluated as (
    select
        features.*,
        features.resistance_to_commitment_ratio as value,
        case
            when features.resistance_to_commitment_ratio is null then 'unknown'
            when features.total_resistance_cues = 0 then 'none'
            when features.total_resistance_cues < parameters.min_resistance_cues then 'few'
            else 'ratio'
        end as situation
    from features
    cross join parameters
),

final as (
    select
        evaluated.coach_id,
        evaluated.client_id,
        evaluated.as_of_date,
        thresholds.factor_type,
        evaluated.value,
        case evaluated.situation
            when 'unknown' then null
            when 'ratio' then {{ severity(
                'evaluated.value', 'thresholds.warning_threshold', 'thresholds.critical_threshold',
                'parameters.severity_at_warning'
            ) }}
            else 0
        end as severity,
        evaluated.value is not null as has_evidence,
        {{ format_text('texts.text', {
            'value': "coalesce(to_char(evaluated.value, thresholds.number_format), '')",
            'resistance': pluralize('evaluated.total_resistance_cues', 'resistance cue'),
            'commitment': pluralize('evaluated.total_commitment_cues', 'commitment cue'),
            'window_days': 'evaluated.window_days::text'
        }) }} as description
    from evaluated
    inner join thresholds on evaluated.coach_id = thresholds.coach_id
    inner join texts on evaluated.situation = texts.situation
    cross join parameters
)

select * from final
