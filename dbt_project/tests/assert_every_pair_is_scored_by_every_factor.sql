-- Every risk factor is evaluated for every pair and date to be scored.
{{ config(meta={'dagster': {'ref': {'name': 'int_risk__factors'}}}) }}

with features as (
    select * from {{ ref('int_risk__features') }}
),

settings as (
    select * from {{ ref('risk_factor_settings') }}
),

factors as (
    select * from {{ ref('int_risk__factors') }}
)

select
    features.coach_id,
    features.client_id,
    features.as_of_date,
    settings.factor_type
from features
cross join settings
left join factors
    on
        features.coach_id = factors.coach_id
        and features.client_id = factors.client_id
        and features.as_of_date = factors.as_of_date
        and settings.factor_type = factors.factor_type
where factors.factor_type is null
