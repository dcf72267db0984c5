"""`warehouse sample`: loads the sample practice like any other data."""

from datetime import date

from sample import build
from warehouse.load import Batch, Loaded, load_batches
from warehouse.tables import SOURCE_TABLES


def load_sample(seed: int, size: int, last_date: date) -> list[Loaded]:
    """Load the sample practice; a second load with the same arguments changes nothing.

    Raises WarehouseError for a size below 1.
    """
    tables = build(seed, size, last_date).tables()
    return load_batches(
        Batch(
            table,
            table.name,
            tables[table.name].columns,
            (
                (number, [None if value is None else str(value) for value in row])
                for number, row in enumerate(tables[table.name].rows, 1)
            ),
        )
        for table in SOURCE_TABLES
    )
