-- one row per coaching relationship
{{ config(grants={'select': ['warehouse_analyst']}) }}

with source as (
    select * from {{ source('public', 'coach_clients') }}
),

final as (
    select
        coach_id,
        client_id,
        lower(trim(status)) = 'active' as is_active
    from source
)

select * from final
