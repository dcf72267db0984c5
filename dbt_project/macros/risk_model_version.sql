{#- Version of the risk formulas, weights and bands: raise it when one of them changes what a score means. -#}
{% macro risk_model_version() -%}
    {{ var('risk_model_version') }}
{%- endmacro %}
