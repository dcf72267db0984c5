-- Columns of version 0.1.0 in tables that dbt fills in place. A new database has none of these tables yet.
do $$
declare
    renamed record;
begin
    for renamed in
        select c.attrelid::regclass as relation, r.old_name, r.new_name
        from (values
            ('analytics_seeds.comparison_texts', 'least_change', 'min_change')
        ) as r (relation, old_name, new_name)
        inner join pg_attribute as c on c.attrelid = to_regclass(r.relation) and c.attname = r.old_name
    loop
        execute format('alter table %s rename column %I to %I', renamed.relation, renamed.old_name, renamed.new_name);
    end loop;
end;
$$;
