select coalesce(sum(prompt_tokens + completion_tokens), 0)::bigint
from cue_detection.llm_spending
where spent_on = %(date)s
