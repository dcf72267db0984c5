-- No alert rule leaves out a pair or a scored date.
{{ config(meta={'dagster': {'ref': {'name': 'int_alerts__rule_states'}}}) }}

with scored_dates as (
    select * from {{ ref('int_alerts__scored_dates') }}
),

alert_types as (
    select distinct alert_type
    from {{ ref('alert_texts') }}
),

judged as (
    select * from {{ ref('int_alerts__rule_states') }}
)

select
    scored_dates.coach_id,
    scored_dates.client_id,
    scored_dates.as_of_date,
    alert_types.alert_type
from scored_dates
cross join alert_types
left join judged
    on
        scored_dates.coach_id = judged.coach_id
        and scored_dates.client_id = judged.client_id
        and scored_dates.as_of_date = judged.as_of_date
        and alert_types.alert_type = judged.alert_type
where judged.alert_type is null
