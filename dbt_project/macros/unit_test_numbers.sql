{#-
    dbt compares a unit test's rows as they are written, and would call 2.50 and 2.5000 different. Here trailing
    zeros behind the decimal point are cut off first, on both sides; nothing is rounded.
-#}
{% macro postgres__get_unit_test_sql(main_sql, expected_fixture_sql, expected_column_names) -%}
{%- for side, query in [('actual', main_sql), ('expected', expected_fixture_sql)] %}
select
    {%- for column in expected_column_names %}
    regexp_replace({{ column }}::text, '^(-?\d+)\.0+$|^(-?\d+\.\d*[1-9])0+$', '\1\2') as {{ column }},
    {%- endfor %}
    '{{ side }}' as actual_or_expected
from (
    {{ query }}
) as {{ side }}
{{ 'union all' if not loop.last }}
{%- endfor %}
{%- endmacro %}
