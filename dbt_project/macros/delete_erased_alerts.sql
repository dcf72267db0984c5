{% macro delete_erased_alerts() -%}
    delete from {{ this }} as mart
    using {{ ref('int_clients__erased_sessions') }} as erased
    where
        mart.coach_id = erased.coach_id
        and mart.client_id = erased.client_id
        and mart.severity_date >= erased.session_date
        and not exists (
            select from {{ ref('int_alerts__reconciled') }} as alerts
            where alerts.coach_id = mart.coach_id and alerts.id = mart.id and alerts.is_supported
        )
{%- endmacro %}
