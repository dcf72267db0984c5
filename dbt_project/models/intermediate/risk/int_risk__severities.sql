-- one row per scored pair, as_of date and risk factor: how severe it is, 0 to 1
{% set factor_types = [
    'session_frequency', 'engagement_trend', 'sentiment_trend', 'resistance_ratio', 'days_since_session'
] %}
with final as (
    {%- for factor_type in factor_types %}
    {{ 'union all' if not loop.first }}
    select
        coach_id,
        client_id,
        as_of_date,
        factor_type,
        value,
        severity,
        has_evidence,
        description
    from {{ ref('int_risk__' ~ factor_type) }}
    {%- endfor %}
)

select * from final
