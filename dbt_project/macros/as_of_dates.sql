{#-
    The dates that a run speaks for, one row each: the variable as_of, which is empty (the calendar day on which the
    run started, in the business time zone), a date, a range A..B with both ends, or a comma list of those. Days are
    counted as numbers: a series of dates is one of moments to Postgres, and ends early where a day begins at 01:00.
-#}
{% macro as_of_dates() -%}
    {%- set asked = (var('as_of', '') or '') | string | trim -%}
    {%- if not asked %}
    select {{ business_date(computed_at()) }} as as_of_date
    {%- else %}
    {%- for part in asked.split(',') %}
    {{ 'union' if not loop.first }}
    {%- set ends = (part | trim).split('..') %}
    {%- for end in ends if not modules.re.fullmatch('[0-9]{4}-[0-9]{2}-[0-9]{2}', end) or ends | length > 2 or ends[0] > ends[-1] %}
    {%- do exceptions.raise_compiler_error(
        "as_of is '" ~ asked ~ "', but must be a date (2026-11-22), a range (2026-07-26..2026-11-22), or a comma list of those"
    ) %}
    {%- endfor %}
    select '{{ ends[0] }}'::date + generate_series(0, '{{ ends[-1] }}'::date - '{{ ends[0] }}'::date) as as_of_date
    {%- endfor %}
    {%- endif %}
{%- endmacro %}
