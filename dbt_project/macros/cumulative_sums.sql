{#-
    Arithmetic on a pair's arrays (int_clients__timelines) within a window. For a series x, x_sums[n] is the sum of the
    pair's first n known values; the window holds the elements x_count_before + 1 to x_count_through. x_sums[0] doesn't
    exist and counts as 0.
-#}

{% macro sum_between(sums, before, through) -%}
    (coalesce({{ sums }}[{{ through }}], 0) - coalesce({{ sums }}[{{ before }}], 0))
{%- endmacro %}

{% macro window_sum(measure) -%}
    {{ sum_between(measure ~ '_sums', 'session_count_before', 'session_count_through') }}
{%- endmacro %}

{% macro window_mean(series, scale) -%}
    {{ sum_between(series ~ '_sums', series ~ '_count_before', series ~ '_count_through') }}::numeric
    / nullif({{ scale }} * ({{ series }}_count_through - {{ series }}_count_before), 0)
{%- endmacro %}

{#- A single division, so that a change equal to a threshold is exactly equal. -#}
{% macro window_change(series, scale) -%}
    {%- set sums, before, through = series ~ '_sums', series ~ '_count_before', series ~ '_count_through' -%}
    {%- set earlier_count = '((' ~ through ~ ' - ' ~ before ~ ') / 2)' -%}
    {%- set later_count = '((' ~ through ~ ' - ' ~ before ~ ' + 1) / 2)' -%}
    {%- set middle = '(' ~ before ~ ' + ' ~ earlier_count ~ ')' -%}
    (
        {{ sum_between(sums, middle, through) }} * {{ earlier_count }}
        - {{ sum_between(sums, before, middle) }} * {{ later_count }}
    )::numeric / nullif({{ scale }} * {{ earlier_count }}::bigint * {{ later_count }}, 0)
{%- endmacro %}

{% macro window_last(series, length) -%}
    {{ series }}_values[greatest({{ series }}_count_before + 1, {{ series }}_count_through - {{ length }}::integer + 1):{{ series }}_count_through]
{%- endmacro %}

{% macro trend_label(change, threshold, up='improving', down='declining', level='stable') -%}
    case
        when {{ change }} >= {{ threshold }} then '{{ up }}'
        when {{ change }} <= -{{ threshold }} then '{{ down }}'
        when {{ change }} is not null then '{{ level }}'
    end
{%- endmacro %}
