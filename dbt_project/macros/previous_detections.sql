{#-
    Not a source(): the detector reads the model that calls this, so the detector's output as a dbt source of that
    model would make the graph cyclic. All other models read the staging models.
-#}
{% macro previous_detections() -%}
    select
        detection_id, job_id, coach_id, source_revision, content_hash, detector, detector_version,
        status, used_fallback, failure, finished_at
    from cue_detection.session_detections
{%- endmacro %}
