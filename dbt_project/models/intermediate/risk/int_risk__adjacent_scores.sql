-- one row per recorded score before, between or after the dates that this run scores
{# Reads the mart before this run writes it, so it is valid until risk_scores is built. #}
with computed as (
    select * from {{ ref('int_risk__scores') }}
),

-- not materialized: read through the index, pair by pair
recorded as not materialized (
    {{ self_snapshot('risk_scores', {
        'coach_id': 'uuid', 'client_id': 'uuid', 'as_of_date': 'date', 'risk_score': 'numeric'
    }) }}
),

erased as (
    select * from {{ ref('int_clients__erased_sessions') }}
),

ranges as (
    select
        coach_id,
        client_id,
        min(as_of_date) as first_date,
        max(as_of_date) as last_date
    from computed
    group by coach_id, client_id
),

adjacent as (
    select
        ranges.coach_id,
        ranges.client_id,
        scores.as_of_date,
        scores.risk_score
    from ranges
    cross join lateral (
        (
            select * from recorded
            where
                recorded.coach_id = ranges.coach_id
                and recorded.client_id = ranges.client_id
                and recorded.as_of_date < ranges.first_date
            order by recorded.as_of_date desc
            limit 1
        )
        union all
        select * from recorded
        where
            recorded.coach_id = ranges.coach_id
            and recorded.client_id = ranges.client_id
            and recorded.as_of_date > ranges.first_date
            and recorded.as_of_date < ranges.last_date
        union all
        (
            select * from recorded
            where
                recorded.coach_id = ranges.coach_id
                and recorded.client_id = ranges.client_id
                and recorded.as_of_date > ranges.last_date
            order by recorded.as_of_date
            limit 1
        )
    ) as scores
),

final as (
    select adjacent.*
    from adjacent
    left join computed
        on
            adjacent.coach_id = computed.coach_id
            and adjacent.client_id = computed.client_id
            and adjacent.as_of_date = computed.as_of_date
    where
        computed.client_id is null
        -- removed by this run
        and not exists (
            select from erased
            where
                erased.coach_id = adjacent.coach_id
                and erased.client_id = adjacent.client_id
                and erased.session_date <= adjacent.as_of_date
        )
)

select * from final
