-- The tables that the transcription service owns. On a server where that service lives they are
-- there already: then nothing here touches them. Each is created with its indexes only when absent.
-- What was created here is written down, so that `warehouse reset` never drops somebody else's table.
create schema if not exists ai_backend;

create table warehouse.created_source_tables (table_name text primary key);

do $$
begin
    if to_regclass('ai_backend.transcription_jobs') is null then
        insert into warehouse.created_source_tables values ('ai_backend.transcription_jobs');
        create table ai_backend.transcription_jobs (
            id uuid primary key default gen_random_uuid(),
            client_id uuid not null,
            coach_id uuid not null,
            conversation_id uuid,
            audio_url text,
            audio_filename text,
            audio_format varchar(20),
            audio_size_bytes bigint,
            audio_duration_seconds numeric(10, 3),
            status varchar(30) not null default 'pending',
            progress integer not null default 0,
            started_at timestamptz,
            transcription_completed_at timestamptz,
            summary_completed_at timestamptz,
            completed_at timestamptz,
            error_message text,
            retry_count integer not null default 0,
            session_date date,
            session_type varchar(50),
            session_title text,
            webhook_url text,
            webhook_secret text,
            webhook_sent_at timestamptz,
            created_at timestamptz not null default now(),
            updated_at timestamptz not null default now()
        );
    end if;

    if to_regclass('ai_backend.transcripts') is null then
        insert into warehouse.created_source_tables values ('ai_backend.transcripts');
        create table ai_backend.transcripts (
            id uuid primary key default gen_random_uuid(),
            job_id uuid not null references ai_backend.transcription_jobs (id) on delete cascade,
            full_text text,
            word_count integer,
            duration_seconds numeric(10, 3),
            deepgram_request_id text,
            model_used varchar(100),
            confidence_score numeric(4, 3),
            created_at timestamptz not null default now()
        );
        create index idx_transcripts_job on ai_backend.transcripts (job_id);
    end if;

    if to_regclass('ai_backend.utterances') is null then
        insert into warehouse.created_source_tables values ('ai_backend.utterances');
        create table ai_backend.utterances (
            id uuid primary key default gen_random_uuid(),
            transcript_id uuid not null references ai_backend.transcripts (id) on delete cascade,
            speaker_number integer,
            speaker_label varchar(50),
            speaker_confidence numeric(4, 3),
            text text not null,
            start_time numeric(10, 3) not null,
            end_time numeric(10, 3) not null,
            confidence numeric(4, 3),
            intent varchar(50),
            sentiment varchar(50),
            sequence_number integer not null,
            created_at timestamptz not null default now()
        );
        create index idx_utterances_transcript on ai_backend.utterances (transcript_id, sequence_number);
    end if;

    if to_regclass('ai_backend.session_summaries') is null then
        insert into warehouse.created_source_tables values ('ai_backend.session_summaries');
        create table ai_backend.session_summaries (
            id uuid primary key default gen_random_uuid(),
            job_id uuid not null references ai_backend.transcription_jobs (id) on delete cascade,
            transcript_id uuid references ai_backend.transcripts (id) on delete cascade,
            executive_summary text,
            key_topics jsonb,
            client_concerns jsonb,
            coach_recommendations jsonb,
            action_items jsonb,
            goals_discussed jsonb,
            coaching_moments jsonb,
            session_type_detected varchar(50),
            client_sentiment varchar(50),
            engagement_score numeric(3, 2),
            llm_model varchar(100),
            prompt_tokens integer,
            completion_tokens integer,
            created_at timestamptz not null default now()
        );
        create index idx_session_summaries_job on ai_backend.session_summaries (job_id);
        create index idx_session_summaries_transcript on ai_backend.session_summaries (transcript_id);
    end if;

    if to_regclass('public.coach_clients') is null then
        insert into warehouse.created_source_tables values ('public.coach_clients');
        create table public.coach_clients (
            id uuid primary key default gen_random_uuid(),
            coach_id uuid not null,
            client_id uuid not null,
            status varchar(20) not null default 'active',
            created_at timestamptz not null default now(),
            unique (coach_id, client_id)
        );
        create index idx_coach_clients_client on public.coach_clients (client_id);
    end if;
end
$$;
