{#- Coach of the request, as the API's transaction names it; null outside of one. -#}
{% macro request_coach() -%}
    (select nullif(current_setting('app.coach_id', true), '')::uuid)
{%- endmacro %}

{#-
    Moment of the request, as the API's transaction names it (setting app.now): no view asks the clock. Outside of a
    request nothing has expired.
-#}
{% macro request_time() -%}
    (select coalesce(nullif(current_setting('app.now', true), '')::timestamptz, '-infinity'))
{%- endmacro %}
