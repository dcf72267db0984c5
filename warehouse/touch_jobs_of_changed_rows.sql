update ai_backend.transcription_jobs set updated_at = now()
where id in (select job_id from changed) and id not in (select job_id from new_jobs)
