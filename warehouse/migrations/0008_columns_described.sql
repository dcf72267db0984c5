-- What each column says, in the database itself: of the tables that dbt does not build (it describes its own).

-- Columns that mean the same wherever they are.
do $$
declare
    found record;
begin
    for found in
        select attribute.attrelid::regclass as relation, attribute.attname as name, meaning.words
        from pg_attribute as attribute
        inner join pg_class as relation on attribute.attrelid = relation.oid
        inner join (values
            ('coach_id', 'The coach, by the id that the coach''s log-in has.'),
            ('client_id', 'The client, by the id that the practice''s system has.'),
            ('job_id', 'The session, by the id of its transcription job.'),
            ('task_id', 'The compute request; its progress is asked for by this id.'),
            ('alert_id', 'The alert, as in ai_backend.risk_alerts.'),
            ('detection_id', 'The reading of a session in which this was found.'),
            ('detector', 'Who read: a language model (llm), the rules and small model on this machine (local), or nobody, as the client said nothing (none).'),
            ('detector_version', 'Version of rules and models of whoever read.'),
            ('prompt_version', 'Version of the instructions given to the language model; null when none was asked.'),
            ('content_key', 'Hash of model, instructions and redacted words: the same question has the same key.'),
            ('model', 'The language model, by its provider''s name.'),
            ('requests', 'Requests sent to the language model.'),
            ('prompt_tokens', 'Tokens sent to the language model.'),
            ('completion_tokens', 'Tokens that came back from the language model.'),
            ('attempts', 'How often it was tried.'),
            ('run_id', 'The run in Dagster that did it.')
        ) as meaning (name, words) on attribute.attname = meaning.name
        where
            relation.relnamespace::regnamespace::text in ('cue_detection', 'analytics_api', 'operations', 'warehouse')
            and relation.relkind in ('r', 'v') and not attribute.attisdropped
    loop
        execute format('comment on column %s.%I is %L', found.relation, found.name, found.words);
    end loop;
end
$$;

comment on column cue_detection.session_detections.detection_id is 'This reading of the session.';
comment on column cue_detection.session_detections.transcript_id is 'The transcript that was read; null when the session has none.';
comment on column cue_detection.session_detections.source_revision is 'Which state of job and transcript was read; another state is read again.';
comment on column cue_detection.session_detections.content_hash is 'Fingerprint of the utterances read; shows an edit that upstream did not mark.';
comment on column cue_detection.session_detections.redaction_version is 'Version of the rules that take names and numbers out of the words.';
comment on column cue_detection.session_detections.status is 'succeeded, failed, or deferred (left for the next run, because a spending cap was reached).';
comment on column cue_detection.session_detections.fell_back is 'Whether the local detector answered for some utterances in place of the language model.';
comment on column cue_detection.session_detections.failure is 'Whose fault it was: the provider''s (tried again in every run) or the answer''s.';
comment on column cue_detection.session_detections.error is 'Why it failed, in plain words; holds nothing that was said.';
comment on column cue_detection.session_detections.utterances_read is 'The client''s utterances that were read.';
comment on column cue_detection.session_detections.utterances_cached is 'Of these, how many were answered before, so that no model was asked.';
comment on column cue_detection.session_detections.utterances_stood_in is 'Of these, how many the local detector answered in place of the language model.';
comment on column cue_detection.session_detections.cues_found is 'Cues that were stored.';
comment on column cue_detection.session_detections.sentiments_scored is 'Utterances whose mood was judged, as upstream gave no usable label.';
comment on column cue_detection.session_detections.cost_usd is 'What the requests cost in US dollars; null where no price is configured.';
comment on column cue_detection.session_detections.latency_seconds is 'How long the reading took.';
comment on column cue_detection.session_detections.started_at is 'When the reading began.';
comment on column cue_detection.session_detections.finished_at is 'When the reading ended.';

comment on column cue_detection.utterance_cues.utterance_id is 'The utterance in which the cue was found.';
comment on column cue_detection.utterance_cues.cue_type is 'Which of the nine cues; analytics_seeds.cue_types says what each means.';
comment on column cue_detection.utterance_cues.confidence is 'How likely the label is right, 0 to 1.';
comment on column cue_detection.utterance_cues.text_excerpt is 'The words that show it, redacted, at most 200 characters.';
comment on column cue_detection.utterance_cues.preceding_context is 'What was said just before, redacted; null at the beginning of a session.';
comment on column cue_detection.utterance_cues.interpretation is 'What the cue may mean, in a sentence.';
comment on column cue_detection.utterance_cues.timestamp_seconds is 'When it was said, in seconds from the session''s start.';
comment on column cue_detection.utterance_cues.created_at is 'When the cue was stored.';

comment on column cue_detection.utterance_sentiment.utterance_id is 'The utterance that was judged.';
comment on column cue_detection.utterance_sentiment.sentiment_score is 'How it sounds, from -1 (dark) to 1 (bright).';
comment on column cue_detection.utterance_sentiment.source is 'Which kind of scorer judged.';
comment on column cue_detection.utterance_sentiment.scorer_version is 'Version of the scorer.';

comment on column cue_detection.llm_answers.cues is 'The validated answer: cues with their confidence.';
comment on column cue_detection.llm_answers.created_at is 'When the model gave the answer.';
comment on column cue_detection.llm_spending.spent_on is 'The day, in UTC.';

comment on column analytics_api.alert_acknowledgements.acknowledged_at is 'When the coach acknowledged the alert, last.';
comment on column analytics_api.alert_acknowledgements.notes is 'What the coach noted; nobody else reads it.';
comment on column analytics_api.alert_acknowledgements.severity_at_acknowledgement is 'How severe the alert was then; one that grows urgent later is open again.';

comment on column analytics_api.compute_requests.requested_at is 'When the request was made.';
comment on column analytics_api.compute_progress.status is 'running, succeeded or failed; a request without a row here is queued.';
comment on column analytics_api.compute_progress.started_at is 'When the computation began.';
comment on column analytics_api.compute_progress.finished_at is 'When it ended; null while it runs.';
comment on column analytics_api.compute_progress.reason is 'Why it failed, in a plain sentence; null otherwise.';
comment on column analytics_api.compute_tasks.status is 'queued, running, succeeded or failed.';
comment on column analytics_api.compute_tasks.requested_at is 'When the request was made.';
comment on column analytics_api.compute_tasks.started_at is 'When the computation began; null while it is queued.';
comment on column analytics_api.compute_tasks.finished_at is 'When it ended; null before.';
comment on column analytics_api.compute_tasks.reason is 'Why it failed, in a plain sentence; null otherwise.';

comment on column analytics_api.coach_settings.engagement_decline_warning is 'Change of engagement (points of 100) from which the trend counts as a risk; null: the default.';
comment on column analytics_api.coach_settings.engagement_decline_critical is 'Change of engagement at which the trend counts in full; null: the default.';
comment on column analytics_api.coach_settings.sentiment_decline_warning is 'Change of mood (-2 to 0) from which the trend counts as a risk; null: the default.';
comment on column analytics_api.coach_settings.sentiment_decline_critical is 'Change of mood at which the trend counts in full; null: the default.';
comment on column analytics_api.coach_settings.resistance_ratio_warning is 'Resistance per commitment from which it counts as a risk; null: the default.';
comment on column analytics_api.coach_settings.resistance_ratio_critical is 'Resistance per commitment at which it counts in full; null: the default.';
comment on column analytics_api.coach_settings.days_since_session_warning is 'Days of silence from which they count as a risk; null: the default.';
comment on column analytics_api.coach_settings.days_since_session_critical is 'Days of silence at which they count in full; null: the default.';
comment on column analytics_api.coach_settings.muted_alert_types is 'Kinds of alert that the coach does not want to see.';
comment on column analytics_api.coach_settings.least_alert_severity is 'The least severe alerts that the coach wants to see: warning, or urgent.';
comment on column analytics_api.coach_settings.updated_at is 'When the coach set any of this last.';

comment on column analytics_api.audit_log.audit_id is 'Running number of the entry.';
comment on column analytics_api.audit_log.occurred_at is 'When the request was answered.';
comment on column analytics_api.audit_log.client_id is 'The client that the request was about; null when about none.';
comment on column analytics_api.audit_log.job_id is 'The session that the request was about; null when about none.';
comment on column analytics_api.audit_log.route is 'Which route was asked, as the API names it.';
comment on column analytics_api.audit_log.status is 'The HTTP status of the answer.';
comment on column analytics_api.audit_log.correlation_id is 'Ties the entry to the log lines of the same request.';

comment on column operations.computed_dates.stage is 'What was computed: clients, risk or alerts.';
comment on column operations.computed_dates.as_of_date is 'The day for which it was computed, for all clients.';
comment on column operations.computed_dates.computed_at is 'When it was computed.';
comment on column operations.model_builds.models_revision is 'Fingerprint of the models; another one asks for a full run.';
comment on column operations.model_builds.built_at is 'When the whole chain was first built with it.';
comment on column operations.broken_sessions.source_revision is 'The state of job and transcript that broke a formula; another state is tried at once.';
comment on column operations.broken_sessions.reason is 'Which model failed and how, in plain words; holds no value of the data.';
comment on column operations.broken_sessions.is_held is 'Whether the session is left out at the moment, so that the others go on.';
comment on column operations.broken_sessions.first_failed_at is 'When it failed first.';
comment on column operations.broken_sessions.last_failed_at is 'When it failed last.';
comment on column operations.broken_sessions.next_attempt_at is 'When it is tried again; null: set aside until upstream changes it.';
comment on column operations.clients_to_refresh.noted_at is 'Since when the client''s numbers wait to follow a changed session.';
comment on column operations.alert_deliveries.delivery_id is 'Id of the message; the receiver tells repeated ones by it.';
comment on column operations.alert_deliveries.event is 'What happened to the alert: it opened, or escalated to urgent.';
comment on column operations.alert_deliveries.alert_type is 'The kind of alert.';
comment on column operations.alert_deliveries.severity is 'How severe it was at this event: warning, or urgent.';
comment on column operations.alert_deliveries.opened_date is 'The day the alert opened.';
comment on column operations.alert_deliveries.created_at is 'When the message was put in the outbox.';
comment on column operations.alert_deliveries.next_attempt_at is 'When it is sent next; null: delivered, or given up.';
comment on column operations.alert_deliveries.delivered_at is 'When the receiver took it; null before.';
comment on column operations.alert_deliveries.last_error is 'Why the last attempt failed, without any content of the message.';

comment on table warehouse.schema_migrations is 'Which migrations the database has. Grain: one row per applied file.';
comment on column warehouse.schema_migrations.version is 'Number of the file in warehouse/migrations.';
comment on column warehouse.schema_migrations.name is 'Name of the file.';
comment on column warehouse.schema_migrations.checksum is 'Hash of the file; a file that was changed afterwards is refused.';
comment on column warehouse.schema_migrations.applied_at is 'When it was applied.';
comment on table warehouse.created_source_tables is 'Source tables that were absent and therefore made here. Grain: one row per table.';
comment on column warehouse.created_source_tables.table_name is 'The table, with its schema.';
comment on column warehouse.erased_jobs.erased_at is 'When the client was erased.';
