-- One role per party, so that Postgres itself holds "one writer per table" (architecture page, "Roles").
-- Roles belong to the whole server: another database on it may have created them already.
do $$
declare
    party text;
begin
    foreach party in array array['warehouse_cues', 'warehouse_api', 'warehouse_analyst'] loop
        begin
            execute format('create role %I nologin noinherit', party);
        exception
            when duplicate_object or unique_violation then null;
        end;
        -- Lets the owner's log-in act as the party where only the owner's address is configured.
        begin
            execute format('grant %I to current_user', party);
        exception
            when insufficient_privilege then
                raise warning 'role % was created by somebody else; grant it to % to let it act as that party', party, current_user;
        end;
    end loop;
end
$$;

create schema if not exists analytics_seeds;
create schema if not exists analytics_staging;
create schema if not exists analytics_intermediate;
create schema if not exists cue_detection;
create schema if not exists analytics_api;

comment on schema ai_backend is 'Upstream transcripts, and the marts that coaches, analysts and the API read.';
comment on schema analytics_seeds is 'Constants that a coach might argue about: weights, thresholds, bands, texts. Written by dbt.';
comment on schema analytics_staging is 'Source tables, renamed and cast. Written by dbt.';
comment on schema analytics_intermediate is 'One metric family per relation. Written by dbt.';
comment on schema cue_detection is 'What the cue detector found and what it cost. Written by the cue detector.';
comment on schema analytics_api is 'Acknowledgements, compute requests, settings and audit. Written by the API.';
comment on schema warehouse is 'Applied migrations and tombstones of erased clients. Written by the owner.';

grant usage on schema ai_backend to warehouse_api, warehouse_analyst;
grant usage on schema analytics_seeds to warehouse_analyst;
grant usage on schema analytics_intermediate, cue_detection to warehouse_cues;
grant usage on schema analytics_api to warehouse_api;
