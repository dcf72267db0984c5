{#- Deterministic, so that a rebuild keeps the ids. -#}
{% macro surrogate_uuid(entity, columns) -%}
    overlay(
        overlay(
            md5(concat_ws('|', '{{ entity }}'{% for column in columns %}, {{ column }}::text{% endfor %}))
            placing '8' from 13 for 1
        ) placing '8' from 17 for 1
    )::uuid
{%- endmacro %}
