-- one row per session: the measures that client analytics use
with sessions as (
    select * from {{ ref('session_analytics') }}
),

final as (
    select
        job_id,
        coach_id,
        client_id,
        session_date,
        completed_at,
        engagement_score,
        client_sentiment_score,
        -- fixed point, so that sums are exact; integer, because Postgres sums integer as bigint, but bigint as
        -- numeric, which is slower
        (100 * engagement_score)::integer as engagement_hundredths,
        (1000 * client_sentiment_score)::integer as sentiment_thousandths,
        {{ talk_share_or_null('(100 * coach_talk_percentage)::integer') }} as coach_talk_hundredths,
        {{ talk_share_or_null('(100 * client_talk_percentage)::integer') }} as client_talk_hundredths,
        cue_resistance_count as resistance_cues,
        cue_commitment_count as commitment_cues,
        cue_breakthrough_count as breakthrough_cues,
        has_cue_evidence::integer as sessions_with_cue_evidence
    from sessions
    where {{ is_selected_client() }}
)

select * from final
