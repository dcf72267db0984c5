-- one row per session on the worklist that has utterances: how client and coach sounded
{{ config(materialized='working_table', unlogged=true) }}

-- a second look at the worklist would otherwise keep all of this in one process
with worklist as not materialized (
    select * from {{ ref('int_sessions__worklist') }}
    where not is_gone
),

utterances as (
    select * from {{ ref('int_sessions__utterance_sentiment') }}
),

labels as (
    select * from {{ ref('sentiment_labels') }}
),

parameters as (
    {{ parameters(ref('session_parameters'), ['minimum_labelled_share']) }}
),

summaries as (
    select distinct on (job_id)
        job_id,
        client_sentiment_label
    from {{ ref('stg_ai_backend__session_summaries') }}
    where job_id in (select worklist.job_id from worklist)
    order by job_id asc, created_at desc, summary_id asc
),

measured as (
    select
        worklist.job_id,
        worklist.coach_id,
        worklist.client_id,
        count(*) filter (where utterances.role = 'client') as client_utterances,
        count(*) filter (where utterances.role = 'client' and utterances.has_upstream_label)
            as labelled_utterances,
        avg(utterances.sentiment_score) filter (where utterances.role = 'client') as client_sentiment_score,
        avg(utterances.sentiment_score) filter (where utterances.role = 'coach') as coach_sentiment_score,
        case
            when count(utterances.sentiment_score) filter (where utterances.role = 'client') >= 2
                then var_pop(utterances.sentiment_score) filter (where utterances.role = 'client')
        end as sentiment_variance
    from worklist
    inner join utterances on worklist.transcript_id = utterances.transcript_id
    group by worklist.job_id, worklist.coach_id, worklist.client_id
),

final as (
    select
        measured.job_id,
        measured.coach_id,
        measured.client_id,
        measured.coach_sentiment_score,
        measured.sentiment_variance,
        coalesce(
            measured.client_sentiment_score,
            case
                when measured.client_utterances > 0
                    then {{ sentiment_of_label('summaries.client_sentiment_label', 'labels.sentiment_score') }}
            end
        ) as client_sentiment_score,
        measured.labelled_utterances < parameters.minimum_labelled_share * measured.client_utterances
            as is_missing_sentiment
    from measured
    left join summaries on measured.job_id = summaries.job_id
    left join labels on summaries.client_sentiment_label = labels.sentiment_label
    cross join parameters
)

select * from final
