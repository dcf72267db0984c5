-- Every score from 0.00 to 100.00 belongs to exactly one risk level.
with scores as (
    select generate_series(0, 10000) / 100.0 as risk_score
),

levels as (
    select * from {{ ref('risk_levels') }}
)

select scores.risk_score
from scores
left join levels
    on
        scores.risk_score > coalesce(levels.above_score, -1)
        and scores.risk_score <= coalesce(levels.up_to_score, 100)
group by scores.risk_score
having count(levels.risk_level) <> 1
