-- one row per acknowledged alert
{{ config(view_options='security_invoker = true', grants={'select': ['warehouse_analyst', 'warehouse_api']}) }}

with source as (
    -- not the notes: whoever may read this view needs a right on every column that it names
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
