-- one row per pending session with utterances: sentiment of client and coach
{{ config(materialized='scratch_table', unlogged=true) }}

with metrics as (
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
    where job_id in (select metrics.job_id from metrics)
    order by job_id asc, created_at desc nulls last, summary_id asc
),

final as (
    select
        metrics.job_id,
        metrics.coach_id,
        metrics.client_id,
        metrics.coach_sentiment_mean as coach_sentiment_score,
        metrics.client_sentiment_variance as sentiment_variance,
        coalesce(
            metrics.client_sentiment_mean,
            case
                when metrics.client_turns > 0
                    then {{ sentiment_score_of_label(
                        'summaries.client_sentiment_label', 'labels.sentiment_score'
                    ) }}
            end
        ) as client_sentiment_score,
        metrics.labelled_client_turns < parameters.min_labelled_share * metrics.client_turns
            as is_missing_sentiment
    from metrics
    left join summaries on metrics.job_id = summaries.job_id
    left join labels on summaries.client_sentiment_label = labels.sentiment_label
    cross join parameters
)

select * from final
