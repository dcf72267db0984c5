"""`warehouse sample`: the made-up practice of sample, written like any other load."""

from datetime import date

from sample import build
from warehouse.load import Batch, Loaded, load_batches
from warehouse.tables import SOURCE_TABLES


def load_sample(seed: int, size: int, last_date: date) -> list[Loaded]:
    """Write the sample practice for these arguments, table by table.

    The same arguments change nothing the second time. Raises WarehouseError for a size below 1.
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
