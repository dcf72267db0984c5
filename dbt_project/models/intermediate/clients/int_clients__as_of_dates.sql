-- one row per date that this run speaks for
with final as (
    {{ as_of_dates() }}
)

select * from final
