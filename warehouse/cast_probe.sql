-- Used only after a cast of all rows failed, because it is slow; Postgres 15 has no pg_input_is_valid.
create or replace function pg_temp.can_cast(value text, type_name text) returns boolean language plpgsql as $$
begin
    execute format('select %L::%s', value, type_name);
    return true;
exception when others then
    return false;
end
$$
