-- Comments of the schemas, tables and columns that dbt does not build; they replace those of migrations 0002 to 0008.

comment on schema ai_backend is 'Source transcripts and the marts for coaches, analysts and the API.';
comment on schema analytics_seeds is 'Weights, thresholds, bands and texts. Written by dbt.';
comment on schema analytics_staging is 'Source tables with standard names and types. Written by dbt.';
comment on schema analytics_intermediate is 'Intermediate models, one metric family per relation. Written by dbt.';
comment on schema cue_detection is 'Detected cues, sentiment and costs. Written by the cue detector.';
comment on schema analytics_api is 'Acknowledgements, compute requests, settings and audit log. Written by the API.';
comment on schema operations is 'State of the orchestrator: computed dates, quarantined sessions, outbox. Written by the orchestrator.';
comment on schema warehouse is 'Applied migrations and tombstones of erased clients. Written by the owner.';

-- Columns with the same meaning in several tables.
do $$
declare
    described record;
begin
    for described in
        select a.attrelid::regclass as relation, a.attname as name, meaning.description
        from pg_attribute as a
        inner join pg_class as c on a.attrelid = c.oid
        inner join (values
            ('coach_id', 'Id of the coach.'),
            ('client_id', 'Id of the client.'),
            ('job_id', 'Id of the session''s transcription job.'),
            ('task_id', 'Id of the compute request.'),
            ('alert_id', 'Id of the alert in ai_backend.risk_alerts.'),
            ('detection_id', 'Id of the detection in session_detections.'),
            ('detector', 'llm (language model), local (rules and small model), or none (no client utterance).'),
            ('detector_version', 'Version of the detector''s rules and models.'),
            ('prompt_version', 'Version of the prompt; null without a language model.'),
            ('content_key', 'Hash of model, prompt and redacted text.'),
            ('model', 'Name of the language model.'),
            ('requests', 'Number of requests to the language model.'),
            ('prompt_tokens', 'Tokens of the prompts.'),
            ('completion_tokens', 'Tokens of the completions.'),
            ('attempts', 'Number of attempts.'),
            ('run_id', 'Id of the Dagster run.')
        ) as meaning (name, description) on a.attname = meaning.name
        where
            c.relnamespace::regnamespace::text in ('cue_detection', 'analytics_api', 'operations', 'warehouse')
            and c.relkind in ('r', 'v') and not a.attisdropped
    loop
        execute format('comment on column %s.%I is %L', described.relation, described.name, described.description);
    end loop;
end
$$;

comment on table cue_detection.session_detections is 'Detector, status, counts, tokens, cost, latency and error. Grain: one row per session and detection.';
comment on column cue_detection.session_detections.detection_id is 'Id of the detection.';
comment on column cue_detection.session_detections.transcript_id is 'The processed transcript; null if the session has none.';
comment on column cue_detection.session_detections.source_revision is 'Revision of job and transcript; another revision is processed again.';
comment on column cue_detection.session_detections.content_hash is 'Hash of the processed utterances; detects edits without a new updated_at.';
comment on column cue_detection.session_detections.redaction_version is 'Version of the redaction rules.';
comment on column cue_detection.session_detections.status is 'succeeded, failed, or deferred (a spending cap was reached; the next run continues).';
comment on column cue_detection.session_detections.used_fallback is 'The local detector processed utterances in place of the language model.';
comment on column cue_detection.session_detections.failure is 'provider (retried in every run) or answer (invalid response).';
comment on column cue_detection.session_detections.error is 'Error message; contains no transcript text.';
comment on column cue_detection.session_detections.utterances_read is 'Number of processed client utterances.';
comment on column cue_detection.session_detections.utterances_cached is 'Utterances with a cached response.';
comment on column cue_detection.session_detections.fallback_utterance_count is 'Utterances that the local detector processed in place of the language model.';
comment on column cue_detection.session_detections.cues_found is 'Number of stored cues.';
comment on column cue_detection.session_detections.sentiments_scored is 'Utterances whose sentiment was scored, because the source has no valid label.';
comment on column cue_detection.session_detections.cost_usd is 'Cost of the requests in US dollars; null without configured prices.';
comment on column cue_detection.session_detections.latency_seconds is 'Duration in seconds.';
comment on column cue_detection.session_detections.started_at is 'Start of the detection.';
comment on column cue_detection.session_detections.finished_at is 'End of the detection.';

comment on table cue_detection.utterance_cues is 'Redacted language cues of the latest successful detection of each session. Grain: one row per utterance and cue type.';
comment on column cue_detection.utterance_cues.utterance_id is 'The utterance with the cue.';
comment on column cue_detection.utterance_cues.cue_type is 'Type of the cue; analytics_seeds.cue_types describes the nine types.';
comment on column cue_detection.utterance_cues.confidence is 'Probability that the label is correct, 0 to 1.';
comment on column cue_detection.utterance_cues.text_excerpt is 'Redacted excerpt with the cue, at most 200 characters.';
comment on column cue_detection.utterance_cues.preceding_context is 'Redacted preceding text; null at the start of a session.';
comment on column cue_detection.utterance_cues.interpretation is 'Possible meaning of the cue, one sentence.';
comment on column cue_detection.utterance_cues.timestamp_seconds is 'Seconds from the start of the session.';
comment on column cue_detection.utterance_cues.created_at is 'When the cue was stored.';

comment on table cue_detection.utterance_sentiment is 'Sentiment of utterances without a valid source label. Grain: one row per utterance.';
comment on column cue_detection.utterance_sentiment.utterance_id is 'The scored utterance.';
comment on column cue_detection.utterance_sentiment.sentiment_score is 'Sentiment from -1 (negative) to 1 (positive).';
comment on column cue_detection.utterance_sentiment.source is 'Type of the scorer.';
comment on column cue_detection.utterance_sentiment.scorer_version is 'Version of the scorer.';

comment on table cue_detection.llm_answers is 'Cached valid responses of the language model. Grain: one row per content key.';
comment on column cue_detection.llm_answers.cues is 'The valid response: cues with their confidence.';
comment on column cue_detection.llm_answers.created_at is 'When the response was received.';
comment on table cue_detection.llm_answer_uses is 'Sessions that use a cached response, for erasure. Grain: one row per content key and session.';
comment on table cue_detection.llm_spending is 'Requests and tokens. Grain: one row per date and model.';
comment on column cue_detection.llm_spending.spent_on is 'Date in UTC.';

comment on table analytics_api.alert_acknowledgements is 'Acknowledgements of alerts by coaches. Grain: one row per alert.';
comment on column analytics_api.alert_acknowledgements.acknowledged_at is 'When the alert was last acknowledged.';
comment on column analytics_api.alert_acknowledgements.notes is 'Notes of the coach; visible to this coach only.';
comment on column analytics_api.alert_acknowledgements.severity_at_acknowledgement is 'Severity at the time; an alert that becomes urgent later is pending again.';
comment on function analytics_api.acknowledgement_notes is 'Notes of the coach about an alert; analysts may not execute it.';
comment on table analytics_api.compute_requests is 'Requests to recompute a client. Grain: one row per task.';
comment on column analytics_api.compute_requests.requested_at is 'When the request was made.';
comment on table analytics_api.compute_progress is 'Progress of compute requests, written by the orchestrator. Grain: one row per started task.';
comment on column analytics_api.compute_progress.status is 'running, succeeded or failed; requests without a row are queued.';
comment on column analytics_api.compute_progress.started_at is 'Start of the computation.';
comment on column analytics_api.compute_progress.finished_at is 'End of the computation; null while it is running.';
comment on column analytics_api.compute_progress.reason is 'Reason of a failure; null otherwise.';
comment on view analytics_api.compute_tasks is 'Compute requests with their status. Grain: one row per task.';
comment on column analytics_api.compute_tasks.status is 'queued, running, succeeded or failed.';
comment on column analytics_api.compute_tasks.requested_at is 'When the request was made.';
comment on column analytics_api.compute_tasks.started_at is 'Start of the computation; null while queued.';
comment on column analytics_api.compute_tasks.finished_at is 'End of the computation; null before.';
comment on column analytics_api.compute_tasks.reason is 'Reason of a failure; null otherwise.';

comment on table analytics_api.coach_settings is 'Thresholds and alert preferences. Grain: one row per coach with settings.';
comment on column analytics_api.coach_settings.engagement_decline_warning is 'Change of engagement (points of 100) from which the trend is a risk; null: the default.';
comment on column analytics_api.coach_settings.engagement_decline_critical is 'Change of engagement with the maximum risk; null: the default.';
comment on column analytics_api.coach_settings.sentiment_decline_warning is 'Change of sentiment (-2 to 0) from which the trend is a risk; null: the default.';
comment on column analytics_api.coach_settings.sentiment_decline_critical is 'Change of sentiment with the maximum risk; null: the default.';
comment on column analytics_api.coach_settings.resistance_ratio_warning is 'Resistance cues per commitment cue from which the ratio is a risk; null: the default.';
comment on column analytics_api.coach_settings.resistance_ratio_critical is 'Resistance cues per commitment cue with the maximum risk; null: the default.';
comment on column analytics_api.coach_settings.days_since_session_warning is 'Days without a session from which they are a risk; null: the default.';
comment on column analytics_api.coach_settings.days_since_session_critical is 'Days without a session with the maximum risk; null: the default.';
comment on column analytics_api.coach_settings.muted_alert_types is 'Alert types that are hidden from the coach.';
comment on column analytics_api.coach_settings.min_alert_severity is 'Minimum severity of the alerts shown to the coach: warning or urgent.';
comment on column analytics_api.coach_settings.updated_at is 'When the settings were last changed.';

comment on table analytics_api.audit_log is 'Access to and changes of client data. Grain: one row per request.';
comment on column analytics_api.audit_log.audit_id is 'Sequential number.';
comment on column analytics_api.audit_log.occurred_at is 'When the response was sent.';
comment on column analytics_api.audit_log.client_id is 'Id of the client; null if the request concerns none.';
comment on column analytics_api.audit_log.job_id is 'Id of the session''s transcription job; null if the request concerns none.';
comment on column analytics_api.audit_log.route is 'Route template of the request.';
comment on column analytics_api.audit_log.status is 'HTTP status of the response.';
comment on column analytics_api.audit_log.correlation_id is 'Id that log lines of the same request contain.';

comment on table operations.computed_dates is 'Dates computed for all clients. Grain: one row per stage and date.';
comment on column operations.computed_dates.stage is 'clients, risk or alerts.';
comment on column operations.computed_dates.as_of_date is 'The computed date.';
comment on column operations.computed_dates.computed_at is 'When it was computed.';
comment on table operations.model_builds is 'Versions of the models of complete runs. Grain: one row per version.';
comment on column operations.model_builds.models_revision is 'Hash of the models; a new one requires a complete run.';
comment on column operations.model_builds.built_at is 'When a complete run first used it.';
comment on table operations.quarantined_sessions is 'Sessions whose data make a model fail. Grain: one row per session.';
comment on column operations.quarantined_sessions.source_revision is 'Revision of job and transcript that failed; another revision is tried immediately.';
comment on column operations.quarantined_sessions.reason is 'Failed model and error; contains no data values.';
comment on column operations.quarantined_sessions.is_quarantined is 'The session is currently excluded from runs.';
comment on column operations.quarantined_sessions.first_failed_at is 'First failure.';
comment on column operations.quarantined_sessions.last_failed_at is 'Latest failure.';
comment on column operations.quarantined_sessions.next_attempt_at is 'Next attempt; null: quarantined until the source changes.';
comment on table operations.clients_to_refresh is 'Clients whose sessions changed after their latest computation. Grain: one row per coach-client pair.';
comment on column operations.clients_to_refresh.noted_at is 'When the change was found.';
comment on table operations.request_attempts is 'Attempts of compute requests. Grain: one row per task.';
comment on table operations.alert_deliveries is 'Outbox of the alert webhook. Grain: one row per alert and event.';
comment on column operations.alert_deliveries.delivery_id is 'Id of the message, which receivers use to detect duplicates.';
comment on column operations.alert_deliveries.event is 'opened or escalated (became urgent).';
comment on column operations.alert_deliveries.alert_type is 'Type of the alert.';
comment on column operations.alert_deliveries.severity is 'Severity at this event: warning or urgent.';
comment on column operations.alert_deliveries.opened_date is 'Date on which the alert opened.';
comment on column operations.alert_deliveries.created_at is 'When the message was added to the outbox.';
comment on column operations.alert_deliveries.next_attempt_at is 'Next attempt; null: delivered or failed permanently.';
comment on column operations.alert_deliveries.delivered_at is 'When the receiver accepted it; null before.';
comment on column operations.alert_deliveries.last_error is 'Error of the latest attempt; contains no message content.';

comment on table warehouse.schema_migrations is 'Applied migrations. Grain: one row per file.';
comment on column warehouse.schema_migrations.version is 'Number of the file in warehouse/migrations.';
comment on column warehouse.schema_migrations.name is 'Name of the file.';
comment on column warehouse.schema_migrations.checksum is 'Hash of the file; changed files are rejected.';
comment on column warehouse.schema_migrations.applied_at is 'When it was applied.';
comment on table warehouse.created_source_tables is 'Source tables created by the migrations. Grain: one row per table.';
comment on column warehouse.created_source_tables.table_name is 'Name of the table, with its schema.';
comment on table warehouse.erased_jobs is 'Tombstones of jobs of erased clients. Grain: one row per job.';
comment on column warehouse.erased_jobs.erased_at is 'When the client was erased.';
