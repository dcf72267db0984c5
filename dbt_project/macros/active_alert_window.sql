{% macro active_alert_window() -%}
    create or replace function {{ this.schema }}.next_active_alert_window(
        active_window date[], opening_date date, cooldown_until date
    ) returns date[]
    language sql immutable parallel safe
    return case
        when active_window is null or opening_date >= active_window[2] then array[opening_date, cooldown_until]
        else active_window
    end;

    create or replace aggregate {{ this.schema }}.active_alert_window(opening_date date, cooldown_until date) (
        sfunc = {{ this.schema }}.next_active_alert_window, stype = date[], parallel = safe
    );
{%- endmacro %}
