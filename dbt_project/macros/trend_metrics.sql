{% macro trend_metrics() -%}
    values
    ('engagement', windows.engagement_trend, sessions.engagement_score::numeric(6, 3)),
    ('sentiment', windows.sentiment_trend, sessions.client_sentiment_score::numeric(6, 3)),
    ('talk_ratio', windows.talk_ratio_trend, {{ talk_share_or_null('sessions.client_talk_percentage', prefix='sessions.') }})
{%- endmacro %}
