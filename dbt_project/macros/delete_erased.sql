{% macro delete_erased() -%}
    delete from {{ this }} as mart
    using {{ ref('int_clients__erased_sessions') }} as erased
    where
        mart.coach_id = erased.coach_id
        and mart.client_id = erased.client_id
        and not exists (
            select from {{ ref('int_clients__timelines') }} as timelines
            where
                timelines.coach_id = mart.coach_id
                and timelines.client_id = mart.client_id
                and timelines.first_session_date <= mart.as_of_date
        )
{%- endmacro %}
