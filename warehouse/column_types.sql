select attname, format_type(atttypid, atttypmod), attnotnull, atthasdef
from pg_attribute
where attrelid = to_regclass(%(table)s) and attnum > 0 and not attisdropped
