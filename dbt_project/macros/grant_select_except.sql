{% macro grant_select_except(role, excluded) -%}
    do $$
    declare
        missing text;
    begin
        select string_agg(quote_ident(attname), ', ') into missing
        from pg_attribute
        where
            attrelid = '{{ this }}'::regclass and attnum > 0 and not attisdropped
            and attname not in ('{{ excluded | join("', '") }}')
            and not has_column_privilege('{{ role }}', attrelid, attnum, 'select');
        if missing is not null then
            execute format('grant select (%s) on {{ this }} to {{ role }}', missing);
        end if;
    end
    $$
{%- endmacro %}
