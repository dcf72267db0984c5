{% macro risk_change_factor(factor_type, change) -%}
with features as (
    select * from {{ ref('int_risk__features') }}
),

thresholds as (
    select * from {{ ref('int_risk__thresholds') }}
    where factor_type = '{{ factor_type }}'
),

texts as (
    select * from {{ ref('risk_factor_texts') }}
    where factor_type = '{{ factor_type }}'
),

parameters as (
    {{ parameters(ref('risk_parameters'), ['severity_at_warning']) }}
),

evaluated as (
    select
        features.coach_id,
        features.client_id,
        features.as_of_date,
        features.window_days,
        thresholds.factor_type,
        features.{{ change }} as value,
        to_char(abs(features.{{ change }}), thresholds.number_format) as value_text,
        {{ severity(
            'features.' ~ change, 'thresholds.warning_threshold', 'thresholds.critical_threshold',
            'parameters.severity_at_warning'
        ) }} as severity
    from features
    inner join thresholds on features.coach_id = thresholds.coach_id
    cross join parameters
),

situations as (
    select
        *,
        case
            when value is null then 'unknown'
            -- rounded as in the text
            when value_text::numeric = 0 then 'unchanged'
            when value < 0 then 'fell'
            else 'rose'
        end as situation
    from evaluated
),

final as (
    select
        situations.coach_id,
        situations.client_id,
        situations.as_of_date,
        situations.factor_type,
        situations.value,
        situations.severity,
        situations.value is not null as has_evidence,
        {{ format_text('texts.text', {
            'value': "coalesce(situations.value_text, '')", 'window_days': 'situations.window_days::text'
        }) }} as description
    from situations
    inner join texts on situations.situation = texts.situation
)

select * from final
{%- endmacro %}
