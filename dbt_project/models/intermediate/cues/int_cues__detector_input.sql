-- one row per utterance that the cue detector must read, in sessions that must be read; not redacted, kept nowhere
{{ config(grants={'select': ['warehouse_cues']}) }}

with sessions as (
    select * from {{ ref('int_cues__pending_sessions') }}
),

labels as (
    select * from {{ ref('sentiment_labels') }}
),

spoken as (
    select
        sessions.job_id,
        sessions.coach_id,
        sessions.client_id,
        utterances.*
    from sessions
    cross join lateral (
        select
            utterance_id,
            role,
            start_seconds,
            text,
            sentiment_label,
            row_number() over in_order as position,
            -- the two utterances before, oldest first, whoever spoke
            jsonb_path_query_array(
                jsonb_build_array(
                    jsonb_build_object('speaker', lag(role, 2) over in_order, 'text', lag(text, 2) over in_order),
                    jsonb_build_object('speaker', lag(role, 1) over in_order, 'text', lag(text, 1) over in_order)
                ),
                '$[*] ? (@.text != null)'
            ) as preceding_context
        from {{ ref('stg_ai_backend__utterances') }}
        where transcript_id = sessions.transcript_id and text ~ '\S'
        window in_order as (order by start_seconds, sequence_number, utterance_id)
    ) as utterances
),

final as (
    select
        spoken.job_id,
        spoken.coach_id,
        spoken.client_id,
        spoken.utterance_id,
        spoken.position,
        spoken.role,
        spoken.start_seconds,
        spoken.text,
        spoken.preceding_context,
        {{ sentiment_score_of_label('spoken.sentiment_label', 'labels.sentiment_score') }} is null as needs_sentiment
    from spoken
    left join labels on spoken.sentiment_label = labels.sentiment_label
    where
        spoken.role = 'client'
        or (
            spoken.role = 'coach'
            and {{ sentiment_score_of_label('spoken.sentiment_label', 'labels.sentiment_score') }} is null
        )
)

select * from final
