-- one row per acknowledged alert
{{ config(view_options='security_invoker = true', grants={'select': ['warehouse_analyst', 'warehouse_api']}) }}

with source as (
    -- without notes: the reader of a security_invoker view needs a privilege on every selected column
    select
        alert_id,
        coach_id,
        client_id,
        acknowledged_at,
        severity_at_acknowledgement
    from {{ source('analytics_api', 'alert_acknowledgements') }}
),

final as (
    select
        alert_id,
        coach_id,
        client_id,
        acknowledged_at,
        severity_at_acknowledgement
    from source
)

select * from final
