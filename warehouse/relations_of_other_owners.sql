select oid::regclass::text from pg_class
where
    relnamespace = to_regnamespace('ai_backend')
    and relkind in ('r', 'v', 'm', 'p')
    and pg_get_userbyid(relowner) <> current_user
order by 1
