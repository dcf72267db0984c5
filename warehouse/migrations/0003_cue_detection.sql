-- What the cue detector found and what it cost. Its one writer is warehouse_cues, which reads nothing but
-- its input relations (granted by dbt). No table holds an utterance: excerpts and context are redacted.

-- One row per session and detection run, also of sessions with nothing to read. The current answer for a
-- session is its newest succeeded row for the session's source_revision, else its newest row.
create table cue_detection.session_detections (
    detection_id uuid primary key,
    job_id uuid not null references ai_backend.transcription_jobs (id) on delete cascade,
    coach_id uuid not null,
    client_id uuid not null,
    transcript_id uuid references ai_backend.transcripts (id) on delete cascade,
    source_revision text not null,
    -- Fingerprint of the utterances read; tells an edit that upstream did not mark.
    content_hash bigint,
    detector text not null check (detector in ('llm', 'local', 'none')),
    detector_version text not null,
    prompt_version text,
    redaction_version text not null,
    status text not null check (status in ('succeeded', 'failed', 'deferred')),
    -- The local detector answered for some utterances in place of the language model.
    fell_back boolean not null default false,
    -- Whose fault a failure or fall-back was: what failed at the provider is tried again in every run.
    failure text check (failure in ('provider', 'answer')),
    -- A reason in plain words, never with anything that was said.
    error text check (char_length(error) <= 500),
    utterances_read integer not null default 0,
    utterances_cached integer not null default 0,
    utterances_stood_in integer not null default 0,
    cues_found integer not null default 0,
    sentiments_scored integer not null default 0,
    requests integer not null default 0,
    prompt_tokens bigint not null default 0,
    completion_tokens bigint not null default 0,
    -- Null where no price is configured.
    cost_usd numeric(12, 6),
    latency_seconds numeric(10, 3) not null default 0,
    started_at timestamptz not null,
    finished_at timestamptz not null,
    check (status <> 'failed' or failure is not null)
);
create index idx_session_detections_job on cue_detection.session_detections (job_id, source_revision);
create index idx_session_detections_transcript on cue_detection.session_detections (transcript_id);
create index idx_session_detections_pair on cue_detection.session_detections (coach_id, client_id);

-- Cues of the last succeeded detection of each session; the next one replaces them.
create table cue_detection.utterance_cues (
    utterance_id uuid not null references ai_backend.utterances (id) on delete cascade,
    cue_type text not null check (cue_type in (
        'resistance', 'commitment', 'breakthrough', 'concern', 'deflection', 'enthusiasm', 'doubt', 'agreement',
        'goal_setting'
    )),
    job_id uuid not null references ai_backend.transcription_jobs (id) on delete cascade,
    coach_id uuid not null,
    client_id uuid not null,
    detection_id uuid not null references cue_detection.session_detections (detection_id) on delete cascade,
    confidence numeric(4, 3) not null check (confidence between 0 and 1),
    text_excerpt text not null check (char_length(text_excerpt) <= 200),
    preceding_context text check (char_length(preceding_context) <= 301),
    interpretation text not null check (char_length(interpretation) <= 300),
    timestamp_seconds numeric(10, 3) not null,
    detector text not null check (detector in ('llm', 'local')),
    detector_version text not null,
    prompt_version text,
    created_at timestamptz not null,
    primary key (utterance_id, cue_type)
);
create index idx_utterance_cues_job on cue_detection.utterance_cues (job_id);
create index idx_utterance_cues_detection on cue_detection.utterance_cues (detection_id);

-- Sentiment of utterances that came without a usable label.
create table cue_detection.utterance_sentiment (
    utterance_id uuid primary key references ai_backend.utterances (id) on delete cascade,
    job_id uuid not null references ai_backend.transcription_jobs (id) on delete cascade,
    coach_id uuid not null,
    client_id uuid not null,
    detection_id uuid not null references cue_detection.session_detections (detection_id) on delete cascade,
    sentiment_score numeric(4, 3) not null check (sentiment_score between -1 and 1),
    source text not null,
    scorer_version text not null
);
create index idx_utterance_sentiment_job on cue_detection.utterance_sentiment (job_id);
create index idx_utterance_sentiment_detection on cue_detection.utterance_sentiment (detection_id);

-- The language model's validated answers. The key is a hash of model, prompt version, redacted text and
-- context, so that the same words are never paid for twice, in whichever session they were said.
create table cue_detection.llm_answers (
    content_key text primary key,
    model text not null,
    prompt_version text not null,
    cues jsonb not null,
    created_at timestamptz not null default now()
);

-- Which sessions an answer serves. Erasing a session erases its uses, and with the last use the answer.
create table cue_detection.llm_answer_uses (
    content_key text not null references cue_detection.llm_answers (content_key) on delete cascade,
    job_id uuid not null references ai_backend.transcription_jobs (id) on delete cascade,
    coach_id uuid not null,
    client_id uuid not null,
    primary key (content_key, job_id)
);
create index idx_llm_answer_uses_job on cue_detection.llm_answer_uses (job_id);

-- Security definer: whoever deletes a session (upstream, erasure) needs no right on the answers.
create function cue_detection.forget_unused_answers() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
begin
    delete from cue_detection.llm_answers as answers
    using (select distinct gone.content_key from gone) as released
    where
        answers.content_key = released.content_key
        and not exists (
            select 1 from cue_detection.llm_answer_uses as uses where uses.content_key = answers.content_key
        );
    return null;
end
$$;

create trigger forget_unused_answers
after delete on cue_detection.llm_answer_uses
referencing old table as gone
for each statement execute function cue_detection.forget_unused_answers();

-- What was spent, per day (UTC) and model. Written with every answer of the provider, good or bad, so that
-- also a run that is killed counts against the cap of its day. Holds nothing of anyone, so erasure leaves it.
create table cue_detection.llm_spending (
    spent_on date not null,
    model text not null,
    requests bigint not null,
    prompt_tokens bigint not null,
    completion_tokens bigint not null,
    primary key (spent_on, model)
);

comment on table cue_detection.session_detections is 'One row per session and detection run: detector, status, counts, tokens, cost, latency, error.';
comment on table cue_detection.utterance_cues is 'Language cues of the last succeeded detection of each session, redacted.';
comment on table cue_detection.utterance_sentiment is 'Sentiment of utterances without a usable upstream label, -1 to 1.';
comment on table cue_detection.llm_answers is 'Validated answers of the language model by hash of what was asked.';
comment on table cue_detection.llm_answer_uses is 'Which sessions each answer serves, so that erasure reaches it.';
comment on table cue_detection.llm_spending is 'Requests and tokens per day and model.';

grant select, insert on cue_detection.session_detections to warehouse_cues;
grant select, insert, delete on cue_detection.utterance_cues, cue_detection.llm_answer_uses to warehouse_cues;
grant select, insert, update, delete on cue_detection.utterance_sentiment to warehouse_cues;
grant select, insert on cue_detection.llm_answers to warehouse_cues;
grant select, insert, update on cue_detection.llm_spending to warehouse_cues;
