-- one row per pair with a session: its sessions in order, as arrays of dates and running sums
{#
    Any window of any day is then two positions in an array and a subtraction (docs/adr/0040). Rows up to a page stay
    as they are: by default Postgres packs those above 2 kB, and unpacks them for each window of each day.
#}
{{ config(
    materialized='scratch_table', unlogged=true,
    indexes=[{'columns': ['coach_id', 'client_id'], 'unique': true}],
    storage_parameters={'toast_tuple_target': 8160}
) }}

{% set averaged = {
    'engagement': 'engagement_hundredths', 'sentiment': 'sentiment_thousandths',
    'client_talk': 'client_talk_hundredths', 'coach_talk': 'coach_talk_hundredths'
} %}
{% set counted = ['resistance_cues', 'commitment_cues', 'breakthrough_cues', 'sessions_with_cue_evidence'] %}
{% set in_order = 'order by session_date, completed_at, job_id' %}

with sessions as (
    select * from {{ ref('int_clients__sessions') }}
),

running as (
    select
        {% for measure in averaged.values() | list + counted %}
            sum({{ measure }}) over so_far as {{ measure }}_so_far,
        {% endfor %}
        *
    from sessions
    -- the client first: a coach's sessions would have the order's first column in common
    window so_far as (partition by client_id, coach_id {{ in_order }} rows unbounded preceding)
),

final as (
    select
        coach_id,
        client_id,
        array_agg(session_date {{ in_order }}) as session_dates,
        {% for name, measure in averaged.items() %}
            -- only sessions whose value is known
            coalesce(array_agg(session_date {{ in_order }}) filter (where {{ measure }} is not null), '{}')
                as {{ name }}_dates,
            coalesce(
                array_agg({{ measure }}_so_far {{ in_order }}) filter (where {{ measure }} is not null),
                '{}'
            ) as {{ name }}_sums,
        {% endfor %}
        coalesce(
            array_agg(engagement_score {{ in_order }}) filter (where engagement_score is not null), '{}'
        ) as engagement_values,
        coalesce(
            array_agg(client_sentiment_score {{ in_order }}) filter (where client_sentiment_score is not null),
            '{}'
        ) as sentiment_values,
        {% for measure in counted %}
            array_agg({{ measure }}_so_far {{ in_order }}) as {{ measure }}_sums,
        {% endfor %}
        min(session_date) as first_session_date
    from running
    group by client_id, coach_id
)

select * from final
