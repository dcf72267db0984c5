{% macro severity(value, warning, critical, at_warning) -%}
    {%- set progress = '(' ~ value ~ ' - ' ~ warning ~ ') / (' ~ critical ~ ' - ' ~ warning ~ ')' -%}
    case
        when {{ value }} is null then null
        when {{ progress }} < 0 then 0
        when {{ progress }} >= 1 then 1
        else {{ at_warning }} + (1 - {{ at_warning }}) * {{ progress }}
    end
{%- endmacro %}
