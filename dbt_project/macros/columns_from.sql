{% macro columns_from(source, overrides={}) -%}
    {%- for column in adapter.get_columns_in_relation(this) | map(attribute='name') -%}
        {{ overrides.get(column, source) }}.{{ column }}{{ ', ' if not loop.last }}
    {%- endfor -%}
{%- endmacro %}
