-- one row per session
{{ config(materialized='view_in_place', grants={'select': ['warehouse_analyst', 'warehouse_api']}) }}

-- not materialized: read through its index
with sessions as not materialized (
    select
        coach_id,
        client_id,
        job_id,
        session_date,
        coalesce(completed_at, 'infinity') as completed_at,
        engagement_score,
        client_sentiment_score,
        {{ talk_share_or_null('client_talk_percentage') }} as client_talk_percentage
    from {{ ref('session_analytics') }}
),

texts as (
    select * from {{ ref('comparison_texts') }}
),

-- A lateral lookup per session: a window function would read all sessions of the coach.
compared as (
    select
        sessions.job_id,
        sessions.coach_id,
        sessions.client_id,
        previous.job_id as previous_job_id,
        previous.session_date as previous_session_date,
        sessions.engagement_score - previous.engagement_score as engagement_change,
        sessions.client_sentiment_score - previous.client_sentiment_score as sentiment_change,
        sessions.client_talk_percentage - previous.client_talk_percentage as talk_ratio_change
    from sessions
    left join lateral (
        select * from sessions as earlier
        where
            earlier.coach_id = sessions.coach_id
            and earlier.client_id = sessions.client_id
            and earlier.session_date <= sessions.session_date
            and (earlier.session_date, earlier.completed_at, earlier.job_id)
            < (sessions.session_date, sessions.completed_at, sessions.job_id)
        order by earlier.session_date desc, earlier.completed_at desc, earlier.job_id desc
        limit 1
    ) as previous on true
),

final as (
    select
        compared.job_id,
        compared.coach_id,
        compared.client_id,
        compared.previous_job_id,
        compared.previous_session_date,
        compared.engagement_change::numeric(5, 2) as engagement_change,
        compared.sentiment_change::numeric(4, 3) as sentiment_change,
        compared.talk_ratio_change::numeric(5, 2) as talk_ratio_change,
        array(
            select
                replace(
                    case when changes.change > 0 then texts.increase_text else texts.decrease_text end,
                    '{change}', to_char(abs(changes.change), texts.number_format)
                )
            from (
                values
                (1, 'engagement', compared.engagement_change),
                (2, 'sentiment', compared.sentiment_change),
                (3, 'talk_ratio', compared.talk_ratio_change)
            ) as changes (position, metric, change)
            inner join texts on changes.metric = texts.metric and abs(changes.change) > texts.min_change
            order by changes.position
        ) as notable_changes
    from compared
)

select * from final
