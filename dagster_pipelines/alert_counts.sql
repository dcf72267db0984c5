select
    count(*) filter (where recorded_at >= %(run_started_at)s) as opened,
    count(*) filter (where resolved_date is null) as open,
    count(*) filter (where resolved_date = any(%(dates)s)) as resolved
from ai_backend.risk_alert_episodes
