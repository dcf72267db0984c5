select max(updated_at) from ai_backend.transcription_jobs where isfinite(updated_at) and updated_at <= now()
