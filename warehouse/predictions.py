"""`warehouse predictions FILE`: what the rules say of every utterance, to score against anybody's labels."""

from pathlib import Path

import psycopg

from warehouse.connection import connect
from warehouse.errors import WarehouseError

QUERY = """
copy (
    select u.id as utterance_id, q.question_kind as question
    from ai_backend.utterances as u
    left join analytics_intermediate.int_sessions__coach_questions as q on q.utterance_id = u.id
    order by u.transcript_id, u.start_time, u.sequence_number, u.id
) to stdout (format csv, header)
"""


def write_predictions(file: Path) -> int:
    """Write one CSV row per utterance; how many.

    `question` is none, open or closed for coach utterances with text, empty for the rest (metrics page,
    "Session grain"). Raises WarehouseError when the models were never built or the file can't be written.
    """
    with connect() as connection:
        cursor = connection.cursor()
        try:
            with cursor.copy(QUERY) as copy, file.open("wb") as handle:
                for block in copy:
                    handle.write(block)
        except psycopg.errors.UndefinedTable as error:
            raise WarehouseError("The models are not built yet: run `make pipeline` first.") from error
        except OSError as error:
            raise WarehouseError(f"{file} can't be written: {error.strerror}.") from None
        return cursor.rowcount
