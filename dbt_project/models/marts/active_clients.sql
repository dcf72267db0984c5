-- one row per active coaching relationship
{#
    The upstream table has no row-level security, and the API has no privilege on it. This view runs with the owner's
    privileges: roles that may read the staging view see all rows, others only those of the request's coach.
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
