{#- Days are added as integers: generate_series() over dates works on timestamps and fails in time zones where a day can start at 01:00. -#}
{% macro as_of_dates() -%}
    {%- set requested = (var('as_of', '') or '') | string | trim -%}
    {%- if not requested %}
    select {{ business_date(computed_at()) }} as as_of_date
    {%- else %}
    {%- for part in requested.split(',') %}
    {{ 'union' if not loop.first }}
    {%- set bounds = (part | trim).split('..') %}
    {%- for bound in bounds if not modules.re.fullmatch('[0-9]{4}-[0-9]{2}-[0-9]{2}', bound) or bounds | length > 2 or bounds[0] > bounds[-1] %}
    {%- do exceptions.raise_compiler_error(
        "as_of is '" ~ requested ~ "', but must be a date (2026-11-22), a range (2026-07-26..2026-11-22), or a comma list of those"
    ) %}
    {%- endfor %}
    select '{{ bounds[0] }}'::date + generate_series(0, '{{ bounds[-1] }}'::date - '{{ bounds[0] }}'::date) as as_of_date
    {%- endfor %}
    {%- endif %}
{%- endmacro %}
