-- one row: a page of a client's sessions, newest first; body is null if the client is not the coach's or has none
with client as (
    select client_id
    from ai_backend.active_clients
    where
        coach_id = %(coach_id)s
        and client_id = %(client_id)s
        and exists (
            select 1
            from ai_backend.session_analytics as any_session
            where any_session.coach_id = %(coach_id)s and any_session.client_id = %(client_id)s
        )
),

matching as not materialized (
    select
        job_id,
        session_date,
        completed_at
    from ai_backend.session_analytics
    where
        coach_id = %(coach_id)s
        and client_id = %(client_id)s
        and (%(from_date)s::date is null or session_date >= %(from_date)s::date)
        and (%(to_date)s::date is null or session_date <= %(to_date)s::date)
),

-- the wide columns are read for the selected page only: a long history must not slow down its newest page
selected as (
    select job_id, session_date
    from matching
    order by session_date desc, completed_at desc nulls first, job_id desc
    limit %(limit)s offset %(offset)s
),

page as (
    select
        job_id,
        session_date,
        duration_minutes,
        coach_talk_percentage,
        client_talk_percentage,
        engagement_score,
        client_sentiment_score,
        cue_count,
        cue_counts,
        has_warnings,
        has_cue_evidence
    from ai_backend.session_overview
    where
        coach_id = %(coach_id)s
        and client_id = %(client_id)s
        and session_date >= (select min(selected.session_date) from selected)
        and session_date <= (select max(selected.session_date) from selected)
        and job_id in (select selected.job_id from selected)
    order by session_date desc, completed_at desc nulls first, job_id desc
),

final as (
    select
        %(client_id)s::uuid as client_id,
        null::uuid as job_id,
        (
            select
                json_build_object(
                    'sessions', coalesce((select json_agg(row_to_json(page)) from page), '[]'),
                    'total', (select count(*) from matching)
                )
            from client
        ) as body
)

select client_id, job_id, body from final
