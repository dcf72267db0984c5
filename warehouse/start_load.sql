-- timestamps without a time zone are UTC, independent of the server's setting
set local time zone 'UTC';
set local datestyle = 'ISO, YMD';
create temporary table new_jobs (job_id uuid) on commit drop;
create temporary table changed (job_id uuid) on commit drop;
