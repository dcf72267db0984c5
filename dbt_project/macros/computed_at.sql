{#- The start of the run: the only clock that a model may show, and only as computed_at. -#}
{% macro computed_at() -%}
    '{{ run_started_at.isoformat() }}'::timestamptz
{%- endmacro %}
