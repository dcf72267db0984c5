{#-
    An aggregate over possible openings in order, each with the first date on which another one may follow: as a window
    function it gives the opening that is in force, {its date, the first free date}. It holds the one piece of state in
    the alert rules that no window frame can express: each opening depends on the one before.
-#}
{% macro active_alert_window() -%}
    create or replace function {{ this.schema }}.next_active_alert_window(
        in_force date[], possible_opening date, free_from date
    ) returns date[]
    language sql immutable parallel safe
    return case
        when in_force is null or possible_opening >= in_force[2] then array[possible_opening, free_from]
        else in_force
    end;

    create or replace aggregate {{ this.schema }}.active_alert_window(possible_opening date, free_from date) (
        sfunc = {{ this.schema }}.next_active_alert_window, stype = date[], parallel = safe
    );
{%- endmacro %}
