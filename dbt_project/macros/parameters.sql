{% macro parameters(seed, names) -%}
    select
        {%- for name in names %}
        max(value) filter (where parameter = '{{ name }}') as {{ name }}{{ ',' if not loop.last }}
        {%- endfor %}
    from {{ seed }}
{%- endmacro %}
