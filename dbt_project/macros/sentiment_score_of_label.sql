{% macro sentiment_score_of_label(label, score_of_word) -%}
    coalesce(
        {{ score_of_word }},
        case
            when {{ label }} ~ '^[+-]?([0-9]{1,3}(\.[0-9]{0,40})?|\.[0-9]{1,40})(e[+-]?[0-9]{1,2})?$' and abs({{ label }}::numeric) <= 1
                then {{ label }}::numeric
        end
    )
{%- endmacro %}
