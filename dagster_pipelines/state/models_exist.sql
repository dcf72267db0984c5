select
    to_regclass('ai_backend.session_analytics') is not null
    and to_regclass('analytics_intermediate.int_sessions__spine') is not null
