insert into operations.model_builds (models_revision, run_id)
values (%(models_revision)s, %(run_id)s)
on conflict (models_revision) do update set run_id = excluded.run_id, built_at = now()
