{#-
    Arithmetic on arrays of running sums, in which element n is the sum of a pair's first n known values. A window is
    the elements after position `after` up to position `upto`; element 0 does not exist and counts as 0.
-#}

{#- Sum of the window's values. -#}
{% macro window_sum(sums, after, upto) -%}
    (coalesce({{ sums }}[{{ upto }}], 0) - coalesce({{ sums }}[{{ after }}], 0))
{%- endmacro %}

{#- Mean of the window's values, which were summed in units of 1/scale; null without a value. -#}
{% macro window_mean(sums, after, upto, scale) -%}
    {{ window_sum(sums, after, upto) }}::numeric / nullif({{ scale }} * ({{ upto }} - {{ after }}), 0)
{%- endmacro %}

{#-
    Mean of the later half minus mean of the earlier half (the earlier half is the smaller one when the number of
    values is odd); null below two values. It is one division, so that a change that equals a threshold does so exactly.
-#}
{% macro window_change(sums, after, upto, scale) -%}
    {%- set earlier_count = '((' ~ upto ~ ' - ' ~ after ~ ') / 2)' -%}
    {%- set later_count = '((' ~ upto ~ ' - ' ~ after ~ ' + 1) / 2)' -%}
    {%- set middle = '(' ~ after ~ ' + ' ~ earlier_count ~ ')' -%}
    (
        {{ window_sum(sums, middle, upto) }} * {{ earlier_count }}
        - {{ window_sum(sums, after, middle) }} * {{ later_count }}
    )::numeric / nullif({{ scale }} * {{ earlier_count }}::bigint * {{ later_count }}, 0)
{%- endmacro %}

{#- A word for a change: `up` from +threshold on, `down` from -threshold on, else `level`; null for an unknown change. -#}
{% macro trend_word(change, threshold, up, down, level) -%}
    case
        when {{ change }} >= {{ threshold }} then '{{ up }}'
        when {{ change }} <= -{{ threshold }} then '{{ down }}'
        when {{ change }} is not null then '{{ level }}'
    end
{%- endmacro %}
