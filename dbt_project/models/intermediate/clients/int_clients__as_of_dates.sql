-- one row per date that this run computes
-- depends_on: {{ ref('int_clients__sessions') }}
{# The dependency orders a run: everything per date is built after the sessions. #}
with final as (
    {{ as_of_dates() }}
)

select * from final
