{% macro delete_removed_cues() -%}
    delete from {{ this }} as mart
    using {{ ref('int_sessions__pending') }} as pending
    where
        mart.job_id = pending.job_id
        and (
            pending.is_removed
            or not exists (
                select 1
                from {{ ref('int_cues__accepted') }} as accepted
                where
                    accepted.utterance_id = mart.utterance_id
                    and accepted.cue_type = mart.cue_type
                    and accepted.coach_id = pending.coach_id
                    and accepted.detection_id = pending.cue_detection_id
            )
        )
{%- endmacro %}
