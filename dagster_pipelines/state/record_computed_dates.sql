insert into operations.computed_dates (stage, as_of_date, run_id)
select %(stage)s, as_of_date, %(run_id)s
from unnest(%(dates)s::date[]) as as_of_date
on conflict (stage, as_of_date) do update set run_id = excluded.run_id, computed_at = now()
