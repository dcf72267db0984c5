{% macro is_selected_client(client_id='client_id') -%}
    {%- if var('client_ids', '') -%}
    {{ client_id }} = any('{{ "{" ~ var("client_ids") ~ "}" }}'::uuid[])
    {%- else -%}
    true
    {%- endif -%}
{%- endmacro %}
