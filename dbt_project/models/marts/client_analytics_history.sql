-- one row per pair, window and as_of date, kept for client_history_days
{{ config(
    materialized='incremental',
    incremental_strategy='delete+insert',
    unique_key='id',
    full_refresh=false,
    indexes=[
        {'columns': ['client_id']},
        {'columns': ['coach_id', 'client_id', 'window_type', 'as_of_date'], 'unique': true},
        {'columns': ['as_of_date']}
    ],
    grants={'select': ['warehouse_analyst', 'warehouse_api']},
    post_hook=[
        "{{ delete_erased() }}",
        "delete from {{ this }}
        where as_of_date <= (select max(as_of_date) from {{ this }}) - {{ var('client_history_days') }}",
        "{{ enable_row_level_security() }}"
    ]
) }}

with windows as (
    select * from {{ ref('int_clients__windows') }}
),

newest as (
    select max(dates.as_of_date) as as_of_date
    from (
        select as_of_date from {{ ref('int_clients__pending') }}
        {% if is_incremental() %}
            union all
            select max(as_of_date) from {{ this }}
        {% endif %}
    ) as dates
),

final as (
    select
        {{ client_analytics_columns(surrogate_uuid('client_analytics_history', [
            'windows.coach_id', 'windows.client_id', 'windows.window_type', iso_date('windows.as_of_date')
        ])) }}
    from windows
    inner join newest on windows.as_of_date > newest.as_of_date - {{ var('client_history_days') }}
)

{{ changed_rows_only(key=['id']) }}
