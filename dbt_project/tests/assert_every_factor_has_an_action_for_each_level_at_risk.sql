-- Every factor has a recommended action for every level that is at risk.
{{ config(meta={'dagster': {'ref': {'name': 'recommended_actions'}}}) }}

with settings as (
    select * from {{ ref('risk_factor_settings') }}
),

levels as (
    select * from {{ ref('risk_levels') }}
    where is_at_risk
),

actions as (
    select * from {{ ref('recommended_actions') }}
)

select
    settings.factor_type,
    levels.risk_level
from settings
cross join levels
left join actions
    on settings.factor_type = actions.factor_type and levels.risk_level = actions.risk_level
where actions.action is null
