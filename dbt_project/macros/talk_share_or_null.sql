{#- A share of talk, or null where neither coach nor client was recognised: there a share of 0 means unknown. -#}
{% macro talk_share_or_null(share, of='') -%}
    case when {{ of }}coach_turns + {{ of }}client_turns > 0 then {{ share }} end
{%- endmacro %}
