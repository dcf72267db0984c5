select risk_level, count(*)
from ai_backend.risk_scores
where as_of_date = (select max(as_of_date) from ai_backend.risk_scores)
group by risk_level
