-- Erasure leaves a tombstone: the jobs it erased, so that upstream's unchanged rows don't bring the client back.
-- Nothing but ids. A new session is a new job, and counts.
create table warehouse.erased_jobs (
    job_id uuid primary key,
    coach_id uuid not null,
    client_id uuid not null,
    erased_at timestamptz not null default now()
);
create index idx_erased_jobs_client on warehouse.erased_jobs (coach_id, client_id);
comment on table warehouse.erased_jobs is 'Tombstones: jobs whose client was erased. Grain: one row per job.';

-- What the marts that are live views (risk_alerts, client_overview …) read with their reader's rights.
grant usage on schema analytics_staging to warehouse_api, warehouse_analyst;
grant usage on schema analytics_api to warehouse_analyst;
grant select on analytics_api.alert_acknowledgements, analytics_api.coach_settings to warehouse_analyst;
create policy all_coaches on analytics_api.alert_acknowledgements for select to warehouse_analyst using (true);
create policy all_coaches on analytics_api.coach_settings for select to warehouse_analyst using (true);
