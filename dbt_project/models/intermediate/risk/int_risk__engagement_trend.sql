-- one row per scored pair and as_of date: the risk factor engagement_trend
{{ risk_change_factor('engagement_trend', change='engagement_change') }}
