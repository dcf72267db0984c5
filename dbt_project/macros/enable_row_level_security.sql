{#- Created once: enabling row-level security takes an exclusive lock. -#}
{% macro enable_row_level_security() -%}
    do $$
    begin
        if not exists (select from pg_policy where polrelid = '{{ this }}'::regclass) then
            alter table {{ this }} enable row level security;
            create policy own_coach on {{ this }} for select to warehouse_api
                using (coach_id = {{ request_coach() }});
            create policy all_coaches on {{ this }} for select to warehouse_analyst using (true);
        end if;
    end
    $$
{%- endmacro %}
