"""Show which clients and alerts of a coach would differ under other values, without changing marts.

    make what-if COACH=0c0ac4e5-… VALUES="days_since_session_warning=7 days_since_session_critical=21"

A value is a threshold of the coach settings, the weight of a factor (`session_frequency_weight`), or a
parameter of the seeds risk_parameters, alert_parameters and client_parameters. Exit status 1 on an error.
"""

import argparse
import sys
from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID

from rich.console import Console
from rich.markup import escape

from warehouse.connection import connect
from warehouse.error_messages import translate_database_errors
from warehouse.errors import WarehouseError
from what_if import values
from what_if.comparison import Comparison, compare
from what_if.report import show

DAYS = 180


def what_if(
    coach_id: UUID, changes: dict[str, Decimal], as_of: date | None = None, days: int = DAYS
) -> Comparison:
    """Compare `days` dates of a coach up to `as_of` (default: the last scored date) under other values.

    Raises WarehouseError for unknown or contradictory values and for a coach without scored clients.
    """
    with connect(autocommit=True) as connection:
        row = connection.execute(
            "select max(as_of_date) from ai_backend.risk_scores where coach_id = %s", [coach_id]
        ).fetchone()
        last = as_of or (row[0] if row else None)
        if last is None:
            raise WarehouseError("No client of this coach has a risk score.")
        return compare(connection, coach_id, changes, last - timedelta(days - 1), last)


def main() -> int:
    parser = argparse.ArgumentParser(prog="what-if", description=__doc__)
    parser.add_argument("coach", type=UUID)
    parser.add_argument("values", help="NAME=NUMBER, separated by spaces")
    parser.add_argument("--as-of", type=date.fromisoformat, help="last date (default: the last scored date)")
    parser.add_argument("--days", type=int, default=DAYS, help="number of dates (default: %(default)s)")
    options = parser.parse_args()
    console = Console(highlight=False, width=None if sys.stdout.isatty() else 120)
    try:
        changes = values.parse(options.values)
        with translate_database_errors():
            show(console, what_if(options.coach, changes, options.as_of, options.days))
    except WarehouseError as error:
        console.print(f"[red]what-if:[/red] {escape(str(error))}", soft_wrap=True)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
