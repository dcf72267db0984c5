-- one row per recorded score that stays and stands next to, or between, the dates that this run scores
{# Valid until risk_scores is written: it shows the mart as it stands before. #}
with computed as (
    select * from {{ ref('int_risk__scores') }}
),

-- looked into through its index, pair by pair
recorded as not materialized (
    {{ self_snapshot('risk_scores', {
        'coach_id': 'uuid', 'client_id': 'uuid', 'as_of_date': 'date', 'risk_score': 'numeric'
    }) }}
),

erased as (
    select * from {{ ref('int_clients__erased_sessions') }}
),

spans as (
    select
        coach_id,
        client_id,
        min(as_of_date) as first_date,
        max(as_of_date) as last_date
    from computed
    group by coach_id, client_id
),

near as (
    select
        spans.coach_id,
        spans.client_id,
        scores.as_of_date,
        scores.risk_score
    from spans
    cross join lateral (
        (
            select * from recorded
            where
                recorded.coach_id = spans.coach_id
                and recorded.client_id = spans.client_id
                and recorded.as_of_date < spans.first_date
            order by recorded.as_of_date desc
            limit 1
        )
        union all
        select * from recorded
        where
            recorded.coach_id = spans.coach_id
            and recorded.client_id = spans.client_id
            and recorded.as_of_date > spans.first_date
            and recorded.as_of_date < spans.last_date
        union all
        (
            select * from recorded
            where
                recorded.coach_id = spans.coach_id
                and recorded.client_id = spans.client_id
                and recorded.as_of_date > spans.last_date
            order by recorded.as_of_date
            limit 1
        )
    ) as scores
),

final as (
    select near.*
    from near
    left join computed
        on
            near.coach_id = computed.coach_id
            and near.client_id = computed.client_id
            and near.as_of_date = computed.as_of_date
    where
        computed.client_id is null
        -- those are removed in this run
        and not exists (
            select from erased
            where
                erased.coach_id = near.coach_id
                and erased.client_id = near.client_id
                and erased.session_date <= near.as_of_date
        )
)

select * from final
