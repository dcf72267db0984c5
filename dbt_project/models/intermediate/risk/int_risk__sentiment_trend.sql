-- one row per scored pair and as_of date: the risk factor sentiment_trend
{{ risk_change_factor('sentiment_trend', change='sentiment_change') }}
