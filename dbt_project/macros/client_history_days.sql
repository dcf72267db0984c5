{#- For how many dates client_analytics_history is kept, counted back from the newest one. -#}
{% macro client_history_days() -%}
    {{ var('client_history_days') | int }}
{%- endmacro %}
