-- one row per mart
{{ config(materialized='view', grants={'select': ['warehouse_analyst', 'warehouse_api']}) }}

with sessions as (
    select max(computed_at) as computed_at from {{ ref('session_analytics') }}
),

final as (
    select
        'session_analytics' as mart,
        computed_at
    from sessions
)

select * from final
