-- one row per pair and scored date: is an alert on a client without sessions open after this date?
{# Its episode is the silence after one session: it ends when the date of the last session changes. #}
with scored_dates as (
    select * from {{ ref('int_alerts__scored_dates') }}
),

parameters as (
    {{ parameters(ref('alert_parameters'), ['silence_days', 'silence_urgent_days']) }}
),

final as (
    select
        coach_id,
        client_id,
        as_of_date,
        'no_session_30d' as alert_type,
        case
            when days_since_last_session >= silence_days
                then min(as_of_date) filter (where days_since_last_session >= silence_days) over one_silence
        end as opened_date,
        case when days_since_last_session >= silence_days then last_session_date end as episode_key,
        case
            when days_since_last_session >= silence_urgent_days then 'urgent'
            when days_since_last_session >= silence_days then 'warning'
        end as severity
    from scored_dates
    cross join parameters
    window one_silence as (partition by coach_id, client_id, era, last_session_date)
)

select * from final
