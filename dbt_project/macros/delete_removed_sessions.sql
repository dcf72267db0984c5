{% macro delete_removed_sessions() -%}
    delete from {{ this }} as mart
    using {{ ref('int_sessions__pending') }} as pending
    where mart.job_id = pending.job_id and pending.is_removed
{%- endmacro %}
