select null::uuid as utterance_id, null::numeric as sentiment_score where false
