-- one row per utterance that the cue detector processes; a view, because unredacted text is not stored again
{{ config(grants={'select': ['warehouse_cues']}) }}

with sessions as (
    select * from {{ ref('int_cues__pending_sessions') }}
),

labels as (
    select * from {{ ref('sentiment_labels') }}
),

utterances as (
    select
        sessions.job_id,
        sessions.coach_id,
        sessions.client_id,
        transcript_utterances.*
    from sessions
    cross join lateral (
        select
            utterance_id,
            role,
            start_seconds,
            text,
            sentiment_label,
            row_number() over in_order as position,
            -- the two preceding utterances of any speaker, oldest first
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
    ) as transcript_utterances
),

final as (
    select
        utterances.job_id,
        utterances.coach_id,
        utterances.client_id,
        utterances.utterance_id,
        utterances.position,
        utterances.role,
        utterances.start_seconds,
        utterances.text,
        utterances.preceding_context,
        {{ sentiment_score_of_label('utterances.sentiment_label', 'labels.sentiment_score') }} is null
            as needs_sentiment
    from utterances
    left join labels on utterances.sentiment_label = labels.sentiment_label
    where
        utterances.role = 'client'
        or (
            utterances.role = 'coach'
            and {{ sentiment_score_of_label('utterances.sentiment_label', 'labels.sentiment_score') }} is null
        )
)

select * from final
