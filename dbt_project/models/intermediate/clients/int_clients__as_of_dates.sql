-- one row per date that this run speaks for
-- depends_on: {{ ref('int_clients__sessions') }}
{# Nothing is told of a day before the sessions are computed: so a run builds what speaks for a day in one go. #}
with final as (
    {{ as_of_dates() }}
)

select * from final
