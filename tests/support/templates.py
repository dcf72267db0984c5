"""Template databases, each filled once for all processes of a test run."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

from tests.support.cross_process import shared
from tests.support.databases import create_database, database_name, drop_database
from warehouse.connection import temporary_variables


@dataclass(frozen=True)
class Templates:
    """The templates of one server; `directory` is that of the test run."""

    server_url: str
    directory: Path

    def filled(
        self, name: str, fill: Callable[[str], object], of: str | None = None
    ) -> AbstractContextManager[str]:
        """Yield the name of a database, a copy of the template `of`, after `fill` was called with its URL.

        DATABASE_URL names it while it is filled.
        """

        def make() -> str:
            url = create_database(self.server_url, of)
            try:
                with temporary_variables({"DATABASE_URL": url}):
                    fill(url)
            except BaseException:
                remove(database_name(url))
                raise
            return database_name(url)

        def remove(made: str) -> None:
            drop_database(self.server_url, made)

        return shared(self.directory / name, make, remove)
