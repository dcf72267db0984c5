{#- A text with its {placeholders} replaced: `values` maps each placeholder's name to SQL. -#}
{% macro fill(text, values) -%}
    {%- set filled = namespace(sql=text) -%}
    {%- for name, value in values.items() -%}
        {%- set filled.sql = 'replace(' ~ filled.sql ~ ", '{" ~ name ~ "}', " ~ value ~ ')' -%}
    {%- endfor -%}
    {{ filled.sql }}
{%- endmacro %}

{#- A count with its noun: 1 session, 2 sessions. -#}
{% macro counted(count, noun) -%}
    {{ count }} || case when {{ count }} = 1 then ' {{ noun }}' else ' {{ noun }}s' end
{%- endmacro %}
