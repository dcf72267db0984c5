-- one row per session that client records still rest on, although it is gone or was moved to another client
{{ config(materialized='table', unlogged=true, post_hook="analyze {{ this }}") }}

with counted as (
    {{ current_rows('counted_sessions', {
        'job_id': 'uuid', 'coach_id': 'uuid', 'client_id': 'uuid', 'session_date': 'date'
    }) }}
),

sessions as (
    select * from {{ ref('int_clients__sessions') }}
),

final as (
    select
        counted.job_id,
        counted.coach_id,
        counted.client_id,
        counted.session_date
    from counted
    left join sessions
        on
            counted.job_id = sessions.job_id
            and counted.coach_id = sessions.coach_id
            and counted.client_id = sessions.client_id
    where
        sessions.job_id is null
    {% if var('clients', '') %}
        and counted.client_id = any('{{ "{" ~ var("clients") ~ "}" }}'::uuid[])
        {% endif %}
)

select * from final
