{% macro format_text(text, values) -%}
    {%- set formatted = namespace(sql=text) -%}
    {%- for name, value in values.items() -%}
        {%- set formatted.sql = 'replace(' ~ formatted.sql ~ ", '{" ~ name ~ "}', " ~ value ~ ')' -%}
    {%- endfor -%}
    {{ formatted.sql }}
{%- endmacro %}

{% macro pluralize(count, noun) -%}
    {{ count }} || case when {{ count }} = 1 then ' {{ noun }}' else ' {{ noun }}s' end
{%- endmacro %}
