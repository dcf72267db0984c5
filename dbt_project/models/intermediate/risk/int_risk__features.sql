-- one row per active pair and as_of date to be scored: the inputs of the risk factors
{#
    A date scored by another model version is not scored again, unless rescore_model_version names the current version
    or the recorded score includes a session that was erased.
#}
{{ config(materialized='scratch_table', unlogged=true) }}

with windows as (
    select * from {{ ref('int_clients__windows') }}
),

risk_window as (
    select
        window_type,
        days
    from {{ ref('client_windows') }}
    where is_risk_input
),

relationships as (
    select * from {{ ref('stg_public__coach_clients') }}
    where {{ is_selected_client() }} and is_active
),

parameters as (
    {{ parameters(ref('client_parameters'), ['recent_days']) }}
),

recorded as (
    {{ self_snapshot('risk_scores', {
        'coach_id': 'uuid', 'client_id': 'uuid', 'as_of_date': 'date', 'model_version': 'text'
    }) }}
),

erased as (
    select distinct
        coach_id,
        client_id
    from {{ ref('int_clients__erased_sessions') }}
),

final as (
    select
        windows.coach_id,
        windows.client_id,
        windows.as_of_date,
        windows.last_session_date,
        windows.days_since_last_session,
        windows.total_sessions,
        windows.sessions_last_30_days,
        windows.session_frequency_trend,
        windows.engagement_change,
        windows.sentiment_change,
        windows.total_resistance_cues,
        windows.total_commitment_cues,
        windows.resistance_to_commitment_ratio,
        risk_window.days as window_days,
        parameters.recent_days::integer as recent_days
    from windows
    inner join risk_window on windows.window_type = risk_window.window_type
    inner join relationships
        on windows.coach_id = relationships.coach_id and windows.client_id = relationships.client_id
    cross join parameters
    left join recorded
        on
            windows.coach_id = recorded.coach_id
            and windows.client_id = recorded.client_id
            and windows.as_of_date = recorded.as_of_date
            and {{ is_selected_client('recorded.client_id') }}
    left join erased on windows.coach_id = erased.coach_id and windows.client_id = erased.client_id
    where
        recorded.model_version is null
        or recorded.model_version = '{{ var("risk_model_version") }}'
        or '{{ var("rescore_model_version") }}'
        = '{{ var("risk_model_version") }}'
        or erased.client_id is not null
)

select * from final
