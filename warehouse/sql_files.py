"""Loads SQL statements from files beside the modules that execute them."""

from functools import cache
from importlib.resources import files


@cache
def load_sql(package: str, name: str) -> bytes:
    """Return the statement in `name`.sql of a package; its parameters are psycopg's, `%(name)s`."""
    return files(package).joinpath(f"{name}.sql").read_bytes()
