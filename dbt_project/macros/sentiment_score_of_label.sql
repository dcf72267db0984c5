{#-
    Score of a sentiment label, -1 to 1: a known word's score (seed sentiment_labels), or the label itself when it
    is a number from -1 to 1, as any program writes one (0.5810546875, 1e-05); null for anything else (metrics page,
    "utterance sentiment score").
-#}
{% macro sentiment_score_of_label(label, score_of_word) -%}
    coalesce(
        {{ score_of_word }},
        case
            when {{ label }} ~ '^[+-]?([0-9]{1,3}(\.[0-9]{0,40})?|\.[0-9]{1,40})(e[+-]?[0-9]{1,2})?$' and abs({{ label }}::numeric) <= 1
                then {{ label }}::numeric
        end
    )
{%- endmacro %}
