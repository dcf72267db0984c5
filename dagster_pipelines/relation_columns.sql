select
    n.nspname,
    c.relname,
    a.attname::text,
    format_type(a.atttypid, a.atttypmod),
    a.attnotnull,
    col_description(c.oid, a.attnum)
from pg_class as c
inner join pg_namespace as n on c.relnamespace = n.oid
inner join pg_attribute as a on c.oid = a.attrelid and a.attnum > 0 and not a.attisdropped
where (n.nspname, c.relname) in (select * from unnest(%(schemas)s::text[], %(names)s::text[]))
order by c.oid, a.attnum
