-- one row per mart
{#- With the owner's privileges: it contains no data of a coach, and readiness is checked without one. -#}
{{ config(
    materialized='view_in_place',
    view_options='security_barrier = true',
    grants={'select': ['warehouse_analyst', 'warehouse_api']}
) }}

with sessions as (
    select max(computed_at) as computed_at from {{ ref('session_analytics') }}
),

clients as (
    select max(computed_at) as computed_at from {{ ref('client_analytics') }}
),

scores as (
    select max(computed_at) as computed_at from {{ ref('risk_scores') }}
),

final as (
    select
        'session_analytics' as mart,
        computed_at
    from sessions
    union all
    select
        'client_analytics' as mart,
        computed_at
    from clients
    union all
    select
        'risk_scores' as mart,
        computed_at
    from scores
)

select * from final
