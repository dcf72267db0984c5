-- one row per coaching relationship
{{ config(grants={'select': ['warehouse_analyst']}) }}

with source as (
    select * from {{ source('public', 'coach_clients') }}
),

final as (
    select
        coach_id,
        client_id,
        -- upstream may hold several rows per pair
        bool_or(lower(trim(status)) = 'active') as is_active
    from source
    group by coach_id, client_id
)

select * from final
