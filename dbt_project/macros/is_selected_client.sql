{#- Whether a row is of the clients that this run looks at: all, or those that it was told of (variable `clients`). -#}
{% macro is_selected_client(client_id='client_id') -%}
    {%- if var('client_ids', '') -%}
    {{ client_id }} = any('{{ "{" ~ var("client_ids") ~ "}" }}'::uuid[])
    {%- else -%}
    true
    {%- endif -%}
{%- endmacro %}
