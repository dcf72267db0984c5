-- What the orchestrator remembers, in the database and not in its own storage: a restart, another machine or a
-- lost run history changes nothing about what is still to be done. Written by the owner (the orchestrator).
create schema operations;
revoke all on schema operations from public;

-- Up to which day the marts of a stage speak for all clients. A refresh of single clients leaves no row.
create table operations.computed_dates (
    stage text not null check (stage in ('clients', 'risk', 'alerts')),
    as_of_date date not null,
    run_id text not null,
    computed_at timestamptz not null default now(),
    primary key (stage, as_of_date)
);

-- With which version of the models the whole chain was last built: another one asks for a full run.
create table operations.model_builds (
    models_revision text primary key,
    run_id text not null,
    built_at timestamptz not null default now()
);

-- Sessions whose data broke a formula, in the state that broke it. While is_held they are left out, so that
-- the others go on; a session that upstream changes has another revision and is tried at once.
create table operations.broken_sessions (
    job_id uuid primary key references ai_backend.transcription_jobs (id) on delete cascade,
    coach_id uuid not null,
    client_id uuid not null,
    source_revision text not null,
    attempts integer not null check (attempts > 0),
    -- Model and SQLSTATE in plain words, never a value.
    reason text not null check (char_length(reason) <= 500),
    is_held boolean not null default true,
    first_failed_at timestamptz not null default now(),
    last_failed_at timestamptz not null default now(),
    -- Null: tried often enough, set aside until it changes.
    next_attempt_at timestamptz
);
create index idx_broken_sessions_pair on operations.broken_sessions (coach_id, client_id);

-- Clients whose sessions changed and whose analytics, score and alerts have not followed yet.
create table operations.clients_to_refresh (
    coach_id uuid not null,
    client_id uuid not null,
    noted_at timestamptz not null default now(),
    primary key (coach_id, client_id)
);

-- How often a compute request was taken up, and by which run, so that a crash leaves it retried.
create table operations.request_attempts (
    task_id uuid not null,
    coach_id uuid not null,
    attempts integer not null check (attempts > 0),
    run_id text not null,
    primary key (coach_id, task_id),
    foreign key (coach_id, task_id) references analytics_api.compute_requests on delete cascade
);

-- Outbox of alerts: one row per alert and event, delivered at least once. Holds ids and words of the dictionary,
-- neither names nor the alert's text.
create table operations.alert_deliveries (
    delivery_id uuid primary key default gen_random_uuid(),
    alert_id uuid not null,
    event text not null check (event in ('opened', 'escalated')),
    coach_id uuid not null,
    client_id uuid not null,
    alert_type text not null,
    severity text not null,
    opened_date date not null,
    created_at timestamptz not null default now(),
    attempts integer not null default 0,
    next_attempt_at timestamptz default now(),
    delivered_at timestamptz,
    last_error text check (char_length(last_error) <= 200),
    unique (alert_id, event)
);
create index idx_alert_deliveries_due on operations.alert_deliveries (next_attempt_at) where next_attempt_at is not null;
create index idx_alert_deliveries_pair on operations.alert_deliveries (coach_id, client_id);

comment on schema operations is 'What the orchestrator remembers: computed days, broken sessions, outbox. Written by the orchestrator.';
comment on table operations.computed_dates is 'Days that were computed for all clients. Grain: one row per stage and day.';
comment on table operations.model_builds is 'Versions of the models with which the whole chain was built. Grain: one row per version.';
comment on table operations.broken_sessions is 'Sessions that broke a formula, with a reason. Grain: one row per session.';
comment on table operations.clients_to_refresh is 'Clients whose sessions changed since they were computed. Grain: one row per pair.';
comment on table operations.request_attempts is 'How often a compute request was taken up. Grain: one row per task.';
comment on table operations.alert_deliveries is 'Alerts to be posted to the webhook. Grain: one row per alert and event.';
