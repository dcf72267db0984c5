{#- Whether a row is of the clients that this run looks at: all, or those that it was told of (variable `clients`). -#}
{% macro of_told_clients(client_id='client_id') -%}
    {%- if var('clients', '') -%}
    {{ client_id }} = any('{{ "{" ~ var("clients") ~ "}" }}'::uuid[])
    {%- else -%}
    true
    {%- endif -%}
{%- endmacro %}
