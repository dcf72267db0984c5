{#-
    Removes cues that no longer hold, of every session on the worklist: also of one that has none left and so
    brings no new row that would replace them. In the transaction that brings the new rows.
-#}
{% macro delete_removed_cues() -%}
    delete from {{ this }} as mart
    using {{ ref('int_sessions__pending') }} as worklist
    where
        mart.job_id = worklist.job_id
        and (
            worklist.is_gone
            or not exists (
                select 1
                from {{ ref('int_cues__accepted') }} as kept
                where
                    kept.utterance_id = mart.utterance_id
                    and kept.cue_type = mart.cue_type
                    and kept.coach_id = worklist.coach_id
                    and kept.detection_id = worklist.cue_detection_id
            )
        )
{%- endmacro %}
