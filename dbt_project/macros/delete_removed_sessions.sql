{#- Removes rows of sessions that are no longer completed sessions, in the transaction that brings the new rows. -#}
{% macro delete_removed_sessions() -%}
    delete from {{ this }} as mart
    using {{ ref('int_sessions__pending') }} as worklist
    where mart.job_id = worklist.job_id and worklist.is_gone
{%- endmacro %}
