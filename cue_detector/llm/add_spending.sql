insert into cue_detection.llm_spending as spending
    (spent_on, model, requests, prompt_tokens, completion_tokens)
values (%(date)s, %(model)s, %(requests)s, %(prompt_tokens)s, %(completion_tokens)s)
on conflict (spent_on, model) do update set
    requests = spending.requests + excluded.requests,
    prompt_tokens = spending.prompt_tokens + excluded.prompt_tokens,
    completion_tokens = spending.completion_tokens + excluded.completion_tokens
