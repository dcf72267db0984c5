{#- Most texts contain single plain spaces only; counting those is many times faster than a regular expression. -#}
{% macro word_count(text) -%}
    case
        when {{ text }} ~ '^\s|\s$|\s\s|[^\S ]' then cardinality(array_remove(regexp_split_to_array({{ text }}, '\s+'), ''))
        when {{ text }} = '' then 0
        else octet_length({{ text }}) - octet_length(replace({{ text }}, ' ', '')) + 1
    end
{%- endmacro %}
