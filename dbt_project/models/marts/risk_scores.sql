-- one row per active pair and as_of date
{{ config(
    materialized='incremental',
    incremental_strategy='delete+insert',
    unique_key='id',
    full_refresh=false,
    indexes=[
        {'columns': ['coach_id', 'client_id', 'as_of_date'], 'unique': true},
        {'columns': ['client_id']},
        {'columns': ['risk_level']},
        {'columns': ['computed_at']}
    ],
    grants={'select': ['warehouse_analyst', 'warehouse_api']},
    post_hook=["{{ delete_erased_scores() }}", "{{ enable_row_level_security() }}"]
) }}

with scores as (
    select * from {{ ref('int_risk__scores') }}
),

trends as (
    select * from {{ ref('int_risk__trends') }}
),

parameters as (
    {{ parameters(ref('risk_parameters'), ['valid_days']) }}
),

computed as (
    select
        {{ surrogate_uuid('risk_scores', [
            'scores.coach_id', 'scores.client_id', iso_date('scores.as_of_date')
        ]) }} as id,
        scores.client_id,
        scores.coach_id,
        scores.risk_score::numeric(5, 2) as risk_score,
        scores.risk_level::varchar(20) as risk_level,
        (scores.risk_score / 100)::numeric(4, 3) as churn_probability,
        scores.factors,
        trends.previous_risk_score,
        trends.score_change,
        trends.trend,
        scores.recommended_action,
        {{ computed_at() }} as computed_at,
        {{ computed_at() }} + parameters.valid_days * interval '1 day' as valid_until,
        '{{ var("risk_model_version") }}'::varchar(50) as model_version,
        -- beyond the specification
        scores.as_of_date,
        scores.top_factor,
        false as is_calibrated,
        scores.risk_level_rank,
        scores.is_at_risk,
        scores.is_urgent,
        scores.last_session_date,
        scores.days_since_last_session
    from scores
    inner join trends
        on
            scores.coach_id = trends.coach_id
            and scores.client_id = trends.client_id
            and scores.as_of_date = trends.as_of_date
    cross join parameters
),

{% if is_incremental() %}
    -- recorded scores directly after computed ones: only their change from the previous score is updated
    followers as (
        select {{ columns_from('recorded', {
            'previous_risk_score': 'trends', 'score_change': 'trends', 'trend': 'trends'
        }) }}
        from {{ this }} as recorded
        inner join trends
            on
                recorded.coach_id = trends.coach_id
                and recorded.client_id = trends.client_id
                and recorded.as_of_date = trends.as_of_date
                and not trends.is_computed
    ),
{% endif %}

final as (
    select * from computed
    {% if is_incremental() %}
        union all
        select * from followers
    {% endif %}
)

{# An expired score with unchanged values becomes valid again. #}
{{ changed_rows_only(
    key=['id'],
    ignored=['computed_at', 'valid_until'],
    or_when='recorded.valid_until <= final.computed_at'
) }}
