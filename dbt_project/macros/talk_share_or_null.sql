{% macro talk_share_or_null(share, prefix='') -%}
    case when {{ prefix }}coach_turns + {{ prefix }}client_turns > 0 then {{ share }} end
{%- endmacro %}
