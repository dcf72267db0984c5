-- one row per session on the worklist that has utterances: how client and coach sounded
{{ config(materialized='scratch_table', unlogged=true) }}

with measures as (
    select * from {{ ref('int_sessions__metrics') }}
),

labels as (
    select * from {{ ref('sentiment_labels') }}
),

parameters as (
    {{ parameters(ref('session_parameters'), ['min_labelled_share']) }}
),

summaries as (
    select distinct on (job_id)
        job_id,
        client_sentiment_label
    from {{ ref('stg_ai_backend__session_summaries') }}
    where job_id in (select measures.job_id from measures)
    order by job_id asc, created_at desc nulls last, summary_id asc
),

final as (
    select
        measures.job_id,
        measures.coach_id,
        measures.client_id,
        measures.coach_sentiment_mean as coach_sentiment_score,
        measures.client_sentiment_variance as sentiment_variance,
        coalesce(
            measures.client_sentiment_mean,
            case
                when measures.client_turns > 0
                    then {{ sentiment_score_of_label('summaries.client_sentiment_label', 'labels.sentiment_score') }}
            end
        ) as client_sentiment_score,
        measures.labelled_client_turns < parameters.min_labelled_share * measures.client_turns
            as is_missing_sentiment
    from measures
    left join summaries on measures.job_id = summaries.job_id
    left join labels on summaries.client_sentiment_label = labels.sentiment_label
    cross join parameters
)

select * from final
