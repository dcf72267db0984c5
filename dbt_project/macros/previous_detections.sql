{#-
    What the cue detector has recorded so far, read by the model that lists what it shall read next. It is a look
    at an earlier run, not at this one, and therefore no source(): as a source the detector's own output would be
    its input, and the graph a circle (docs/adr/0034). Everything else reads the staging models.
-#}
{% macro previous_detections() -%}
    select
        detection_id, job_id, coach_id, source_revision, content_hash, detector, detector_version,
        status, used_fallback, failure, finished_at
    from cue_detection.session_detections
{%- endmacro %}
