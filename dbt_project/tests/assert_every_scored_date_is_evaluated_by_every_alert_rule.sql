-- Every alert rule is evaluated for every pair and scored date.
{{ config(meta={'dagster': {'ref': {'name': 'int_alerts__rule_states'}}}) }}

with scored_dates as (
    select * from {{ ref('int_alerts__scored_dates') }}
),

alert_types as (
    select distinct alert_type
    from {{ ref('alert_texts') }}
),

rule_states as (
    select * from {{ ref('int_alerts__rule_states') }}
)

select
    scored_dates.coach_id,
    scored_dates.client_id,
    scored_dates.as_of_date,
    alert_types.alert_type
from scored_dates
cross join alert_types
left join rule_states
    on
        scored_dates.coach_id = rule_states.coach_id
        and scored_dates.client_id = rule_states.client_id
        and scored_dates.as_of_date = rule_states.as_of_date
        and alert_types.alert_type = rule_states.alert_type
where rule_states.alert_type is null
