-- one row per pair and scored date: is an alert on a client without sessions open after this date?
{# Its episode is the silence after one session: it ends when the date of the last session changes. #}
with scored_dates as (
    select * from {{ ref('int_alerts__scored_dates') }}
),

parameters as (
    {{ parameters(ref('alert_parameters'), ['silence_days', 'silence_urgent_days']) }}
),

judged as (
    select
        scored_dates.*,
        scored_dates.days_since_last_session >= parameters.silence_days as is_silent,
        scored_dates.days_since_last_session >= parameters.silence_urgent_days as is_urgent_silence
    from scored_dates
    cross join parameters
),

final as (
    select
        coach_id,
        client_id,
        as_of_date,
        'no_session_30d' as alert_type,
        case when is_silent then min(as_of_date) filter (where is_silent) over one_silence end as opened_date,
        case when is_silent then last_session_date end as episode_key,
        case when is_urgent_silence then 'urgent' when is_silent then 'warning' end as severity
    from judged
    window one_silence as (partition by coach_id, client_id, era, last_session_date)
)

select * from final
