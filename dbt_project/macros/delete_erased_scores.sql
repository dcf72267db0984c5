{% macro delete_erased_scores() -%}
    delete from {{ this }} as mart
    using {{ ref('int_clients__erased_sessions') }} as erased
    where
        mart.coach_id = erased.coach_id
        and mart.client_id = erased.client_id
        and mart.as_of_date >= erased.session_date
        and not exists (
            select from {{ ref('int_risk__scores') }} as scores
            where
                scores.coach_id = mart.coach_id
                and scores.client_id = mart.client_id
                and scores.as_of_date = mart.as_of_date
        )
{%- endmacro %}
