{% macro purge_erased_sessions() -%}
    delete from {{ this }} as mart
    using {{ ref('int_clients__erased_sessions') }} as erased
    where mart.job_id = erased.job_id and mart.coach_id = erased.coach_id and mart.client_id = erased.client_id
{%- endmacro %}
