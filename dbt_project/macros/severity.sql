{#-
    Severity of a factor, 0 to 1, by its warning and critical thresholds: 0 before the warning one, `at_warning` at it,
    rising evenly to 1 at the critical one, 1 beyond. Works in both directions, since the critical threshold may be the
    smaller one. Null for an unknown value.
-#}
{% macro severity(value, warning, critical, at_warning) -%}
    {%- set way_to_critical = '(' ~ value ~ ' - ' ~ warning ~ ') / (' ~ critical ~ ' - ' ~ warning ~ ')' -%}
    case
        when {{ value }} is null then null
        when {{ way_to_critical }} < 0 then 0
        when {{ way_to_critical }} >= 1 then 1
        else {{ at_warning }} + (1 - {{ at_warning }}) * {{ way_to_critical }}
    end
{%- endmacro %}
