-- one row per pair with a session: its sessions in order, as arrays of dates and cumulative sums
{#
    Any window of any date is then two array positions and a subtraction. toast_tuple_target: rows up to a page are
    stored uncompressed; by default Postgres compresses rows above 2 kB and would decompress them for each window.
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
{% set summed = ['resistance_cues', 'commitment_cues', 'breakthrough_cues', 'sessions_with_cue_evidence'] %}
{% set in_order = 'order by session_date, completed_at, job_id' %}

with sessions as (
    select * from {{ ref('int_clients__sessions') }}
),

cumulative as (
    select
        {% for measure in averaged.values() | list + summed %}
            sum({{ measure }}) over up_to_here as {{ measure }}_cumulative,
        {% endfor %}
        *
    from sessions
    -- client_id first: sorting by coach_id first compares many equal values
    window up_to_here as (partition by client_id, coach_id {{ in_order }} rows unbounded preceding)
),

final as (
    select
        coach_id,
        client_id,
        array_agg(session_date {{ in_order }}) as session_dates,
        {% for name, measure in averaged.items() %}
            -- only sessions with a known value
            coalesce(array_agg(session_date {{ in_order }}) filter (where {{ measure }} is not null), '{}')
                as {{ name }}_dates,
            coalesce(
                array_agg({{ measure }}_cumulative {{ in_order }}) filter (where {{ measure }} is not null),
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
        {% for measure in summed %}
            array_agg({{ measure }}_cumulative {{ in_order }}) as {{ measure }}_sums,
        {% endfor %}
        min(session_date) as first_session_date
    from cumulative
    group by client_id, coach_id
)

select * from final
