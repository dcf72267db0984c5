{#-
    A uuid that follows from a row's key, so that a rebuild gives the same ids. It is the md5 of entity and key
    in the layout of RFC 9562's version 8 (free form), which every uuid parser accepts.
-#}
{% macro surrogate_uuid(entity, columns) -%}
    overlay(
        overlay(
            md5(concat_ws('|', '{{ entity }}'{% for column in columns %}, {{ column }}::text{% endfor %}))
            placing '8' from 13 for 1
        ) placing '8' from 17 for 1
    )::uuid
{%- endmacro %}
