-- one row per pair, scored date and alert type: what each rule says of each date
{% set alert_types = ['no_session_30d', 'new_high_risk', 'risk_increased'] %}
with final as (
    {%- for alert_type in alert_types %}
    {{ 'union all' if not loop.first }}
    select
        coach_id,
        client_id,
        as_of_date,
        alert_type,
        opened_date,
        episode_key,
        severity
    from {{ ref('int_alerts__' ~ alert_type) }}
    {%- endfor %}
)

select * from final
