{#-
    Schemas are named exactly as configured: the specification fixes `ai_backend`. With the variable scratch_schema all
    that a run builds goes there, and no mart is written (docs/adr/0045).
-#}
{% macro generate_schema_name(custom_schema_name, node=none) -%}
    {{ (var('scratch_schema', '') or custom_schema_name or target.schema) | trim }}
{%- endmacro %}
