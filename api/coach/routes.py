"""Coach routes: summary, clients at risk, settings."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from api.coach.schemas import AtRiskClients, CoachSettings, CoachSummary
from api.coach.settings_schemas import CoachSettingsUpdate
from api.db.queries import load
from api.dependencies import RunQuery
from api.middleware.authentication import PREFIX
from api.pagination import Limit50, Offset
from api.types import RiskLevel

router = APIRouter(prefix=f"{PREFIX}/coach", tags=["coach"])
SUMMARY = load(__package__, "summary")
AT_RISK = load(__package__, "at_risk_clients")
SETTINGS = load(__package__, "settings")
UPDATE_SETTINGS = load(__package__, "settings", after=("put_settings",))

MinLevel = Annotated[RiskLevel, Query(description="Minimum risk level, high by default.")]


@router.get(
    "/summary",
    response_model=CoachSummary,
    summary="Get the coach's summary",
    operation_id="get_coach_summary",
)
async def get_summary(run_query: RunQuery) -> Response:
    """Number of clients, clients at risk, average engagement, and sessions of the month."""
    return await run_query(SUMMARY)


@router.get(
    "/at-risk-clients",
    response_model=AtRiskClients,
    summary="List clients at risk",
    operation_id="get_at_risk_clients",
)
async def get_at_risk_clients(
    run_query: RunQuery, min_level: MinLevel = RiskLevel.HIGH, limit: Limit50 = 50, offset: Offset = 0
) -> Response:
    """Active clients whose unexpired score has at least the minimum level, highest score first."""
    levels = list(RiskLevel)
    selected = [level.value for level in levels[levels.index(min_level) :]]
    return await run_query(AT_RISK, levels=selected, limit=limit, offset=offset)


@router.get(
    "/settings", response_model=CoachSettings, summary="Get the coach's settings", operation_id="get_settings"
)
async def get_settings(run_query: RunQuery) -> Response:
    """Risk thresholds and alert preferences, with defaults for those that are not set."""
    return await run_query(SETTINGS)


@router.put(
    "/settings",
    response_model=CoachSettings,
    summary="Replace the coach's settings",
    operation_id="put_settings",
)
async def put_settings(run_query: RunQuery, settings: CoachSettingsUpdate) -> Response:
    """Replaces all settings. Thresholds take effect with the next scoring, alert preferences immediately."""
    return await run_query(UPDATE_SETTINGS, **settings.query_parameters())
