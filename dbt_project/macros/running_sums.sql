{#-
    Arithmetic on a pair's arrays (int_clients__timelines) within a window. Of a series x there are x_sums, in which
    element n is the sum of the pair's first n known values, and the window's bounds: its values are the elements after
    x_after up to x_upto. Element 0 does not exist and counts as 0.
-#}

{#- Sum of the elements after one position up to another. -#}
{% macro sum_between(sums, after, upto) -%}
    (coalesce({{ sums }}[{{ upto }}], 0) - coalesce({{ sums }}[{{ after }}], 0))
{%- endmacro %}

{#- Sum over the window's sessions of a measure that every session has. -#}
{% macro window_sum(measure) -%}
    {{ sum_between(measure ~ '_sums', 'session_after', 'session_upto') }}
{%- endmacro %}

{#- Mean of the window's values, which were summed in units of 1/scale; null without a value. -#}
{% macro window_mean(series, scale) -%}
    {{ sum_between(series ~ '_sums', series ~ '_after', series ~ '_upto') }}::numeric
    / nullif({{ scale }} * ({{ series }}_upto - {{ series }}_after), 0)
{%- endmacro %}

{#-
    Mean of the later half minus mean of the earlier half (the earlier half is the smaller one when the number of
    values is odd); null below two values. It is one division, so that a change that equals a threshold does so exactly.
-#}
{% macro window_change(series, scale) -%}
    {%- set sums, after, upto = series ~ '_sums', series ~ '_after', series ~ '_upto' -%}
    {%- set earlier_count = '((' ~ upto ~ ' - ' ~ after ~ ') / 2)' -%}
    {%- set later_count = '((' ~ upto ~ ' - ' ~ after ~ ' + 1) / 2)' -%}
    {%- set middle = '(' ~ after ~ ' + ' ~ earlier_count ~ ')' -%}
    (
        {{ sum_between(sums, middle, upto) }} * {{ earlier_count }}
        - {{ sum_between(sums, after, middle) }} * {{ later_count }}
    )::numeric / nullif({{ scale }} * {{ earlier_count }}::bigint * {{ later_count }}, 0)
{%- endmacro %}

{#- The window's last values, oldest first, at most `length` of them. -#}
{% macro window_last(series, length) -%}
    {{ series }}_values[greatest({{ series }}_after + 1, {{ series }}_upto - {{ length }}::integer + 1):{{ series }}_upto]
{%- endmacro %}

{#- A word for a change: `up` from +threshold on, `down` from -threshold on, else `level`; null for an unknown change. -#}
{% macro trend_word(change, threshold, up='improving', down='declining', level='stable') -%}
    case
        when {{ change }} >= {{ threshold }} then '{{ up }}'
        when {{ change }} <= -{{ threshold }} then '{{ down }}'
        when {{ change }} is not null then '{{ level }}'
    end
{%- endmacro %}
