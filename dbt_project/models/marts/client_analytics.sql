-- one row per pair and window, as of the latest date computed for the pair
{{ config(
    materialized='incremental',
    incremental_strategy='delete+insert',
    unique_key='id',
    full_refresh=false,
    indexes=[
        {'columns': ['client_id']},
        {'columns': ['coach_id', 'client_id', 'window_type'], 'unique': true}
    ],
    grants={'select': ['warehouse_analyst', 'warehouse_api']},
    post_hook=["{{ delete_erased() }}", "{{ enable_row_level_security() }}"]
) }}

with windows as (
    select * from {{ ref('int_clients__windows') }}
),

latest as (
    select
        coach_id,
        client_id,
        max(as_of_date) as as_of_date
    from {{ ref('int_clients__pending') }}
    group by coach_id, client_id
),

final as (
    select
        {{ client_analytics_columns(
            surrogate_uuid('client_analytics', ['windows.coach_id', 'windows.client_id', 'windows.window_type'])
        ) }}
    from windows
    inner join latest
        on
            windows.coach_id = latest.coach_id
            and windows.client_id = latest.client_id
            and windows.as_of_date = latest.as_of_date
    {% if is_incremental() %}
        where
            not exists (
                select from {{ this }} as newer
                where
                    newer.coach_id = windows.coach_id
                    and newer.client_id = windows.client_id
                    and newer.window_type = windows.window_type
                    and newer.as_of_date > windows.as_of_date
            )
    {% endif %}
)

{{ changed_rows_only(key=['id']) }}
