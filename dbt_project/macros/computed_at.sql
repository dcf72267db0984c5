{% macro computed_at() -%}
    '{{ run_started_at.isoformat() }}'::timestamptz
{%- endmacro %}
