"""The command `warehouse`."""

import os
from collections.abc import Callable
from functools import wraps
from importlib.metadata import entry_points, version
from pathlib import Path
from typing import Annotated, Any
from uuid import UUID

import typer
from rich.console import Console
from rich.text import Text

from warehouse import connection, embedded
from warehouse.connection import LoginRole, is_external_server
from warehouse.error_messages import translate_database_errors
from warehouse.errors import WarehouseError
from warehouse.login_roles import migrate_and_create_login_roles

app = typer.Typer(no_args_is_help=True, pretty_exceptions_enable=False)
# messages contain file names and URLs, which are not markup and must not be wrapped
console = Console(stderr=True, highlight=False, markup=False, emoji=False, soft_wrap=True)


def print_version(wanted: bool) -> None:
    """Print the version and exit."""
    if wanted:
        typer.echo(version("coaching-analytics"))
        raise typer.Exit


@app.callback()
def main(
    show_version: Annotated[
        bool, typer.Option("--version", callback=print_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Manage the database: local Postgres, migrations, data."""


def handle_errors(command: Callable[..., Any]) -> Callable[..., Any]:
    """Print a WarehouseError or database error as a message and exit with status 1."""

    @wraps(command)
    def wrapped(*arguments: Any, **options: Any) -> Any:
        try:
            with translate_database_errors():
                return command(*arguments, **options)
        except WarehouseError as error:
            console.print(Text.assemble(("warehouse:", "red"), f" {error}"))
            raise typer.Exit(1) from error

    return wrapped


@app.command()
@handle_errors
def up() -> None:
    """Start the embedded Postgres, or check the server of DATABASE_URL."""
    if is_external_server():
        connection.connect().close()
        console.print("The server of DATABASE_URL is reachable.")
        return
    state = embedded.up()
    console.print(f"Postgres is running on 127.0.0.1:{state.port}, database {embedded.DATABASE}.")


@app.command()
@handle_errors
def down() -> None:
    """Stop the embedded Postgres and keep its data."""
    if is_external_server():
        console.print("DATABASE_URL points to an external server; not stopping it.")
    else:
        console.print("Postgres was stopped." if embedded.down() else "Postgres was not running.")


@app.command()
@handle_errors
def status() -> None:
    """Print server, version and migrations; exit status 1 if the server is not reachable."""
    with connection.connect() as open_connection:
        version = open_connection.info.parameter_status("server_version")
        ledger = open_connection.execute("select to_regclass('warehouse.schema_migrations')").fetchone()
        applied = 0
        if ledger and ledger[0]:
            row = open_connection.execute("select count(*) from warehouse.schema_migrations").fetchone()
            applied = int(row[0]) if row else 0
        where = f"{open_connection.info.host}:{open_connection.info.port}/{open_connection.info.dbname}"
    console.print(f"Postgres {version} at {where}, {applied} migrations applied.")


@app.command()
@handle_errors
def url(role: Annotated[LoginRole, typer.Option(help="Login role.")] = LoginRole.OWNER) -> None:
    """Print the database URL of a login role, including its password."""
    typer.echo(connection.url(role))


@app.command()
@handle_errors
def migrate() -> None:
    """Apply pending migrations; missing source tables and login roles are created."""
    count = migrate_and_create_login_roles(console.print)
    console.print(f"{count} migrations applied." if count else "Nothing to migrate.")


@app.command()
@handle_errors
def load(
    directory: Annotated[Path, typer.Argument(help="Directory of CSV files named like the source tables.")],
) -> None:
    """Load source tables from CSV files in one transaction; existing rows are updated."""
    from warehouse.load import load_directory  # noqa: PLC0415 - keeps the start of other commands fast

    for line in load_directory(directory):
        console.print(line)


@app.command()
@handle_errors
def erase(
    client_id: Annotated[UUID, typer.Argument(help="Id of the client.")],
    coach: Annotated[
        UUID | None, typer.Option(help="Erase only the data of this coach; default: all coaches.")
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Skip the confirmation.")] = False,
) -> None:
    """Erase a client's data; existing source rows of the client are excluded from later runs."""
    from warehouse.erase import erase_client  # noqa: PLC0415

    if not yes:
        typer.confirm("This permanently deletes all computed data of the client. Continue?", abort=True)
    erasure = erase_client(client_id, coach, report=console.print)
    for table in erasure.removed:
        console.print(f"{table.table}: {table.rows} rows {'without ids' if table.is_row_kept else 'deleted'}")
    console.print(f"{erasure.excluded_jobs} source sessions are excluded from later runs.")


@app.command()
@handle_errors
def reset(yes: Annotated[bool, typer.Option("--yes", help="Skip the confirmation.")] = False) -> None:
    """Drop everything that this project created in the database, and migrate an empty one."""
    from warehouse.reset import drop_everything, start_server  # noqa: PLC0415

    if not yes:
        typer.confirm(
            "This deletes all transcripts, analytics, alerts and acknowledgements. Continue?", abort=True
        )
    if not is_external_server():
        start_server()
    drop_everything()
    migrate()
    console.print("The database is empty.")


@app.command(name="dbt-profile")
@handle_errors
def dbt_profile() -> None:
    """Write profiles.yml, which lets dbt find the embedded Postgres (part of `make setup`)."""
    embedded.write_dbt_profile()


@app.command(name="exec", context_settings={"allow_extra_args": True, "ignore_unknown_options": True})
@handle_errors
def execute(context: typer.Context) -> None:
    """Run a command with the database URLs in its environment: `warehouse exec -- dbt build`."""
    if not any(context.args[:1]):
        raise WarehouseError(
            "The command is missing. Write it after two dashes: warehouse exec -- dbt build."
        )
    try:
        # replaces this process, so that signals (Ctrl-C, systemd, docker) reach the command itself
        os.execvpe(context.args[0], context.args, os.environ | connection.environment())  # noqa: S606
    except OSError as error:
        raise WarehouseError(f"The command {context.args[0]} cannot be run: {error.strerror}.") from None


# commands of packages that this one may not import
for command in entry_points(group="warehouse.commands"):
    app.command(name=command.name)(handle_errors(command.load()))
