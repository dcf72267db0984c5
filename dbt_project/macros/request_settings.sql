{% macro request_coach() -%}
    (select nullif(current_setting('app.coach_id', true), '')::uuid)
{%- endmacro %}

{% macro request_time() -%}
    (select coalesce(nullif(current_setting('app.now', true), '')::timestamptz, '-infinity'))
{%- endmacro %}
