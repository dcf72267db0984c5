{% macro weighted_mean(names, values_relation, weights_relation) -%}
    (
        {%- for name in names %}
        {{ '+ ' if not loop.first }}coalesce({{ values_relation }}.{{ name }} * {{ weights_relation }}.{{ name }}_weight, 0)
        {%- endfor %}
    ) / nullif(
        {%- for name in names %}
        {{ '+ ' if not loop.first }}case when {{ values_relation }}.{{ name }} is null then 0 else {{ weights_relation }}.{{ name }}_weight end
        {%- endfor %}, 0
    )
{%- endmacro %}
