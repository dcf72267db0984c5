{#- Schemas are named exactly as configured: the specification fixes `ai_backend`. -#}
{% macro generate_schema_name(custom_schema_name, node=none) -%}
    {{ (custom_schema_name or target.schema) | trim }}
{%- endmacro %}
