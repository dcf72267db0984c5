"""The sample practice as a whole."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

from sample.deterministic_random import Deck, SeededRandom, surrogate_uuid
from sample.dialogue import Client
from sample.recording import Place, Rows, record
from sample.rows import COLUMNS, Table
from sample.scenarios import Story
from sample.scenarios_demo import STORIES as DEMO_STORIES
from sample.scenarios_other import STORIES as OTHER_STORIES
from sample.scenarios_other import ordinary_stories
from warehouse.errors import WarehouseError

DEFAULT_SEED = 1
DEFAULT_SIZE = 1
DEFAULT_LAST_DATE = date(2026, 11, 22)

COACH_IDS = tuple(surrogate_uuid("coach", number) for number in (1, 2, 3))
"""The same for every seed, so that a token made for the demo coach fits any sample."""
DEMO_COACH_ID = COACH_IDS[0]


@dataclass(frozen=True)
class SamplePractice:
    """Coaches, clients and their recorded sessions, ready to be copied into the source tables."""

    last_date: date
    """The day that is "today" in the practice: the last one from which a job was recorded."""
    pairs: Mapping[str, tuple[UUID, UUID]]
    """(coach_id, client_id) of each story, by the story's name."""
    cues: Mapping[UUID, str]
    """Language cue that an utterance was written to carry, by utterance_id; a detector may differ."""
    _rows: Mapping[str, list[tuple[object, ...]]]

    def tables(self) -> dict[str, Table]:
        """Rows by table name, in the order in which references ask for the tables.

        Values are of the types that psycopg's COPY takes (UUID, str, int, Decimal, date, datetime with UTC,
        None), and `str()` of each is what Postgres reads.
        """
        return {name: Table(columns, self._rows[name]) for name, columns in COLUMNS.items()}


def build(
    seed: int = DEFAULT_SEED, size: int = DEFAULT_SIZE, last_date: date = DEFAULT_LAST_DATE
) -> SamplePractice:
    """The practice for these arguments; the same arguments give the same ids and rows, and no clock is read.

    `size` (1 or more) multiplies the ordinary clients; the named stories come once. With another `last_date`
    the same sessions, under the same ids, move to other days. Raises WarehouseError for a size below 1, and
    for a day around which the calendar has no room for the sessions.
    """
    if size < 1:
        raise WarehouseError(f"The size of the sample must be at least 1, not {size}.")
    rows = Rows()
    pairs: dict[str, tuple[UUID, UUID]] = {}
    for story in (*DEMO_STORIES, *OTHER_STORIES, *ordinary_stories(seed, size)):
        pairs[story.name] = (COACH_IDS[story.coach], surrogate_uuid(seed, "client", story.client_key))
        try:
            _tell(rows, story, pairs[story.name], seed, last_date)
        except OverflowError:
            raise WarehouseError(
                f"The sample has no room around {last_date}: choose another last date."
            ) from None
    return SamplePractice(last_date, pairs, rows.cues, rows.tables)


def _tell(rows: Rows, story: Story, pair: tuple[UUID, UUID], seed: int, last_date: date) -> None:
    coach_id, client_id = pair
    known_for = story.known_for_days or max(session.days_ago for session in story.sessions) + 10
    met = datetime.combine(last_date - timedelta(days=known_for), time(9), UTC)
    rows.add(
        "coach_clients",
        {
            "coach_id": coach_id,
            "client_id": client_id,
            "status": "active" if story.is_active else "inactive",
            "created_at": met,
        },
    )
    client = Client(Deck(SeededRandom(seed, story.name, "deck")), story.topics)
    for number, session in enumerate(story.sessions, 1):
        record(rows, Place(seed, story.name, number, coach_id, client_id, last_date), session, client)
