"""Assembles the sample practice from its scenarios."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

from sample.deterministic_random import NonRepeatingChoice, SeededRandom, surrogate_uuid
from sample.dialogue import Client
from sample.recording import Rows, SessionIdentity, record
from sample.rows import COLUMNS, Table
from sample.scenarios import Scenario
from sample.scenarios_demo import SCENARIOS as DEMO_SCENARIOS
from sample.scenarios_other import SCENARIOS as OTHER_SCENARIOS
from sample.scenarios_other import ordinary_scenarios
from warehouse.errors import WarehouseError

DEFAULT_SEED = 1
DEFAULT_SIZE = 1
DEFAULT_LAST_DATE = date(2026, 11, 22)

COACH_IDS = tuple(surrogate_uuid("coach", number) for number in (1, 2, 3))
"""The same for every seed, so that a token for the demo coach is valid for any sample."""
DEMO_COACH_ID = COACH_IDS[0]


@dataclass(frozen=True)
class SamplePractice:
    """Coaches, clients and their recorded sessions as rows of the source tables."""

    last_date: date
    """The current date of the sample: no job was recorded later."""
    pairs: Mapping[str, tuple[UUID, UUID]]
    """Scenario -> (coach_id, client_id)."""
    cues: Mapping[UUID, str]
    """utterance_id -> language cue that its text was written to contain; a detector may differ."""
    _rows: Mapping[str, list[tuple[object, ...]]]

    def tables(self) -> dict[str, Table]:
        """Return the rows by table name, parent tables first.

        Values have types that psycopg's COPY accepts (UUID, str, int, Decimal, date, datetime in UTC, None);
        Postgres also accepts `str()` of each.
        """
        return {name: Table(columns, self._rows[name]) for name, columns in COLUMNS.items()}


def build(
    seed: int = DEFAULT_SEED, size: int = DEFAULT_SIZE, last_date: date = DEFAULT_LAST_DATE
) -> SamplePractice:
    """Return the practice for these arguments; the same arguments give the same ids and rows.

    `size` (1 or more) multiplies the ordinary clients; each named scenario occurs once. Another `last_date`
    moves the same sessions, with the same ids, to other dates. Raises WarehouseError for a size below 1 and
    for a `last_date` too close to the limits of the calendar.
    """
    if size < 1:
        raise WarehouseError(f"The size of the sample must be at least 1, not {size}.")
    rows = Rows()
    pairs: dict[str, tuple[UUID, UUID]] = {}
    for scenario in (*DEMO_SCENARIOS, *OTHER_SCENARIOS, *ordinary_scenarios(seed, size)):
        pairs[scenario.name] = (
            COACH_IDS[scenario.coach],
            surrogate_uuid(seed, "client", scenario.client_key),
        )
        try:
            _add_scenario(rows, scenario, pairs[scenario.name], seed, last_date)
        except OverflowError:
            raise WarehouseError(
                f"{last_date} is too close to the limits of the calendar: choose another last date."
            ) from None
    return SamplePractice(last_date, pairs, rows.cues, rows.tables)


def _add_scenario(
    rows: Rows, scenario: Scenario, pair: tuple[UUID, UUID], seed: int, last_date: date
) -> None:
    coach_id, client_id = pair
    known_for = scenario.known_for_days or max(session.days_ago for session in scenario.sessions) + 10
    met = datetime.combine(last_date - timedelta(days=known_for), time(9), UTC)
    rows.add(
        "coach_clients",
        {
            "coach_id": coach_id,
            "client_id": client_id,
            "status": "active" if scenario.is_active else "inactive",
            "created_at": met,
        },
    )
    client = Client(NonRepeatingChoice(SeededRandom(seed, scenario.name, "deck")), scenario.topics)
    for number, session in enumerate(scenario.sessions, 1):
        record(
            rows,
            SessionIdentity(seed, scenario.name, number, coach_id, client_id, last_date),
            session,
            client,
        )
