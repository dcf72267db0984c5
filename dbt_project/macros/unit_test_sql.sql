{#- dbt compares the text of values, for which 2.50 and 2.5000 differ: trailing zeros are removed on both sides. -#}
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
