{#- One row with a column per named parameter of a seed with the columns parameter and value. -#}
{% macro parameters(seed, names) -%}
    select
        {%- for name in names %}
        max(value) filter (where parameter = '{{ name }}') as {{ name }}{{ ',' if not loop.last }}
        {%- endfor %}
    from {{ seed }}
{%- endmacro %}
