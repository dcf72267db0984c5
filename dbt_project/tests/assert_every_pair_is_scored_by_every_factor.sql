-- Each active pair that is to be scored on a date is judged by each factor, once.
{{ config(meta={'dagster': {'ref': {'name': 'int_risk__factors'}}}) }}

with inputs as (
    select * from {{ ref('int_risk__features') }}
),

settings as (
    select * from {{ ref('risk_factor_settings') }}
),

judged as (
    select * from {{ ref('int_risk__factors') }}
)

select
    inputs.coach_id,
    inputs.client_id,
    inputs.as_of_date,
    settings.factor_type
from inputs
cross join settings
left join judged
    on
        inputs.coach_id = judged.coach_id
        and inputs.client_id = judged.client_id
        and inputs.as_of_date = judged.as_of_date
        and settings.factor_type = judged.factor_type
where judged.factor_type is null
