-- one row per active coaching relationship, live
{#
    Upstream's table has no row security, and the API no right to it. So this view runs with the owner's rights and
    shows all rows only to those who may read them anyway; to others those of the coach whom the request names.
#}
{{ config(
    materialized='view_in_place',
    view_options='security_barrier = true',
    grants={'select': ['warehouse_analyst', 'warehouse_api']}
) }}

with relationships as (
    select * from {{ ref('stg_public__coach_clients') }}
),

final as (
    select
        coach_id,
        client_id
    from relationships
    where
        is_active
        and (
            (
                select
                    has_table_privilege(
                        '{{ ref("stg_public__coach_clients").include(database=false) }}', 'select'
                    )
            )
            or coach_id = {{ request_coach() }}
        )
)

select * from final
