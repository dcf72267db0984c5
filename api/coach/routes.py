"""GET /coach/…: the practice as a whole, clients at risk, and what the coach has set."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from api.coach.schemas import AtRiskClients, CoachSettings, CoachSummary
from api.coach.settings_schemas import CoachSettingsUpdate
from api.db.queries import load
from api.dependencies import Ask
from api.middleware.authentication import PREFIX
from api.pagination import Limit50, Offset
from api.types import RiskLevel

router = APIRouter(prefix=f"{PREFIX}/coach", tags=["coach"])
SUMMARY = load(__package__, "summary")
AT_RISK = load(__package__, "at_risk_clients")
SETTINGS = load(__package__, "settings")
CHANGED_SETTINGS = load(__package__, "settings", after=("put_settings",))

LeastLevel = Annotated[RiskLevel, Query(description="The least level of risk that is listed.")]


@router.get("/summary", response_model=CoachSummary, summary="The practice", operation_id="get_coach_summary")
async def get_summary(ask: Ask) -> Response:
    """Clients, those at risk, average engagement and this month's sessions of the coach."""
    return await ask(SUMMARY)


@router.get(
    "/at-risk-clients",
    response_model=AtRiskClients,
    summary="Clients at risk",
    operation_id="get_at_risk_clients",
)
async def get_at_risk_clients(
    ask: Ask, min_level: LeastLevel = RiskLevel.HIGH, limit: Limit50 = 50, offset: Offset = 0
) -> Response:
    """Active clients whose unexpired score has at least this level, the greatest risk first."""
    levels = list(RiskLevel)
    wanted = [level.value for level in levels[levels.index(min_level) :]]
    return await ask(AT_RISK, levels=wanted, limit=limit, offset=offset)


@router.get(
    "/settings", response_model=CoachSettings, summary="The coach's settings", operation_id="get_settings"
)
async def get_settings(ask: Ask) -> Response:
    """Thresholds of risk and alert preferences, with the defaults where the coach has set none."""
    return await ask(SETTINGS)


@router.put(
    "/settings", response_model=CoachSettings, summary="Change the settings", operation_id="put_settings"
)
async def put_settings(ask: Ask, settings: CoachSettingsUpdate) -> Response:
    """Replace all settings. Thresholds take effect with the next scoring, alert preferences at once."""
    return await ask(CHANGED_SETTINGS, **settings.parameters())
