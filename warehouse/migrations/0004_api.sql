-- What the API writes, and what it may see of whom. Every table has row-level security keyed on the coach
-- of the request's transaction (setting app.coach_id): a query that forgets its filter returns nothing.
-- The owner (dbt, the orchestrator, erasure) is not bound by these policies.

-- What a coach said about an alert. Which alerts exist is dbt's; ai_backend.risk_alerts shows both together.
create table analytics_api.alert_acknowledgements (
    alert_id uuid not null,
    coach_id uuid not null,
    client_id uuid not null,
    acknowledged_at timestamptz not null,
    notes text check (char_length(notes) <= 1000),
    -- An alert that grows urgent after it was acknowledged as a warning is pending again, once.
    severity_at_acknowledgement text not null check (severity_at_acknowledgement in ('warning', 'urgent')),
    primary key (coach_id, alert_id)
);
create index idx_alert_acknowledgements_client on analytics_api.alert_acknowledgements (coach_id, client_id);

-- A coach's wish to have one client computed again. Stored before it is answered; never changed afterwards.
create table analytics_api.compute_requests (
    task_id uuid not null default gen_random_uuid(),
    coach_id uuid not null,
    client_id uuid not null,
    requested_at timestamptz not null default now(),
    primary key (coach_id, task_id)
);
create index idx_compute_requests_client on analytics_api.compute_requests (coach_id, client_id, requested_at);

-- What became of it. Written by the orchestrator (as the owner), read by the API.
create table analytics_api.compute_progress (
    task_id uuid not null,
    coach_id uuid not null,
    client_id uuid not null,
    status text not null check (status in ('running', 'succeeded', 'failed')),
    started_at timestamptz not null default now(),
    finished_at timestamptz,
    -- A plain sentence for the coach when it failed: no names, no text of utterances, no stack trace.
    reason text check (char_length(reason) <= 1000),
    primary key (coach_id, task_id),
    foreign key (coach_id, task_id) references analytics_api.compute_requests on delete cascade,
    check ((status = 'running') = (finished_at is null)),
    check ((status = 'failed') = (reason is not null))
);

create view analytics_api.compute_tasks with (security_invoker = true) as
select
    requests.task_id,
    requests.coach_id,
    requests.client_id,
    coalesce(progress.status, 'queued') as status,
    requests.requested_at,
    progress.started_at,
    progress.finished_at,
    progress.reason
from analytics_api.compute_requests as requests
left join analytics_api.compute_progress as progress
    on requests.coach_id = progress.coach_id and requests.task_id = progress.task_id;

-- A coach's own thresholds and alert preferences; null means the default of the seed. A factor's two
-- thresholds are set together, so that a default that moves later can never overtake half a pair.
create table analytics_api.coach_settings (
    coach_id uuid primary key,
    engagement_decline_warning numeric(5, 2) check (engagement_decline_warning >= -100 and engagement_decline_warning < 0),
    engagement_decline_critical numeric(5, 2) check (engagement_decline_critical >= -100),
    sentiment_decline_warning numeric(4, 3) check (sentiment_decline_warning >= -2 and sentiment_decline_warning < 0),
    sentiment_decline_critical numeric(4, 3) check (sentiment_decline_critical >= -2),
    resistance_ratio_warning numeric(5, 3) check (resistance_ratio_warning > 0),
    resistance_ratio_critical numeric(5, 3),
    days_since_session_warning integer check (days_since_session_warning > 0),
    days_since_session_critical integer check (days_since_session_critical <= 365),
    muted_alert_types text[] not null default '{}'
        check (muted_alert_types <@ array['new_high_risk', 'risk_increased', 'no_session_30d']),
    least_alert_severity text not null default 'warning' check (least_alert_severity in ('warning', 'urgent')),
    updated_at timestamptz not null default now(),
    constraint engagement_warning_before_critical check (
        num_nulls(engagement_decline_warning, engagement_decline_critical) in (0, 2)
        and engagement_decline_warning > engagement_decline_critical
    ),
    constraint sentiment_warning_before_critical check (
        num_nulls(sentiment_decline_warning, sentiment_decline_critical) in (0, 2)
        and sentiment_decline_warning > sentiment_decline_critical
    ),
    constraint resistance_warning_before_critical check (
        num_nulls(resistance_ratio_warning, resistance_ratio_critical) in (0, 2)
        and resistance_ratio_warning < resistance_ratio_critical
    ),
    constraint days_warning_before_critical check (
        num_nulls(days_since_session_warning, days_since_session_critical) in (0, 2)
        and days_since_session_warning < days_since_session_critical
    )
);

-- Who read or changed what of which client. client_id and job_id are null where a route is about neither one.
create table analytics_api.audit_log (
    audit_id bigint generated always as identity,
    occurred_at timestamptz not null default now(),
    coach_id uuid not null,
    client_id uuid,
    job_id uuid,
    route text not null,
    status smallint not null,
    correlation_id text not null check (char_length(correlation_id) <= 64)
);
create index idx_audit_log_client on analytics_api.audit_log (coach_id, client_id);
create index idx_audit_log_time on analytics_api.audit_log using brin (occurred_at);

do $$
declare
    own text := 'coach_id = (select nullif(current_setting(''app.coach_id'', true), '''')::uuid)';
    name text;
begin
    foreach name in array array[
        'alert_acknowledgements', 'compute_requests', 'compute_progress', 'coach_settings', 'audit_log'
    ] loop
        execute format('alter table analytics_api.%I enable row level security', name);
        execute format(
            'create policy own_coach on analytics_api.%I to warehouse_api using (%s) with check (%s)', name, own, own
        );
    end loop;
end
$$;

grant select, insert on analytics_api.alert_acknowledgements, analytics_api.compute_requests to warehouse_api;
grant update (acknowledged_at, notes, severity_at_acknowledgement) on analytics_api.alert_acknowledgements
to warehouse_api;
grant select, insert, update on analytics_api.coach_settings to warehouse_api;
grant select on analytics_api.compute_progress, analytics_api.compute_tasks to warehouse_api;
-- The audit can be added to, neither read nor changed.
grant insert on analytics_api.audit_log to warehouse_api;
-- Defaults of the settings, and the sentences of the comparison; which seeds, dbt's grants say.
grant usage on schema analytics_seeds to warehouse_api;
-- For /health/ready: which migrations the database has.
grant usage on schema warehouse to warehouse_api;
grant select on warehouse.schema_migrations to warehouse_api;

comment on table analytics_api.alert_acknowledgements is 'What a coach said about an alert. Grain: one row per alert.';
comment on table analytics_api.compute_requests is 'Wishes to have a client computed again. Grain: one row per task.';
comment on table analytics_api.compute_progress is 'What became of them; written by the orchestrator. Grain: one row per started task.';
comment on view analytics_api.compute_tasks is 'Requests with their state. Grain: one row per task.';
comment on table analytics_api.coach_settings is 'A coach''s thresholds and alert preferences. Grain: one row per coach who set any.';
comment on table analytics_api.audit_log is 'Who read or changed what of which client. Grain: one row per answered request.';
