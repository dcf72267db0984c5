"""The command `warehouse`: the local Postgres, migrations, sample data."""

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

app = typer.Typer(no_args_is_help=True, pretty_exceptions_enable=False, help=__doc__)
# Messages hold file names and addresses: brackets and colons in them are no markup, and lines are not broken.
console = Console(stderr=True, highlight=False, markup=False, emoji=False, soft_wrap=True)


def print_version(wanted: bool) -> None:
    """Print the version and exit."""
    if wanted:
        typer.echo(version("coaching-analytics"))
        raise typer.Exit


@app.callback(help=__doc__)
def main(
    version: Annotated[
        bool, typer.Option("--version", callback=print_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Take the options that belong to no command."""


def handle_errors(command: Callable[..., Any]) -> Callable[..., Any]:
    """Show a WarehouseError, or what the database refused, as a sentence and exit with 1."""

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
    """Start the embedded Postgres (or check the one that DATABASE_URL names)."""
    if is_external_server():
        connection.connect().close()
        console.print("The server that DATABASE_URL names answers.")
        return
    state = embedded.up()
    console.print(f"Postgres is up on 127.0.0.1:{state.port}, database {embedded.DATABASE}.")


@app.command()
@handle_errors
def down() -> None:
    """Stop the embedded Postgres. Its data stays."""
    if is_external_server():
        console.print("DATABASE_URL names a server that isn't ours to stop.")
    else:
        console.print("Postgres is stopped." if embedded.down() else "Postgres was not running.")


@app.command()
@handle_errors
def status() -> None:
    """Say which server is used, whether it answers (exit status 1 if not), and its migrations."""
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
def url(role: Annotated[LoginRole, typer.Option(help="Whose log-in to print.")] = LoginRole.OWNER) -> None:
    """Print the address to connect to, password included."""
    typer.echo(connection.url(role))


@app.command()
@handle_errors
def migrate() -> None:
    """Create what is missing: upstream tables (only when absent), the project's own, and the roles."""
    count = migrate_and_create_login_roles(console.print)
    console.print(f"{count} migrations applied." if count else "Nothing to migrate.")


@app.command()
@handle_errors
def load(
    folder: Annotated[Path, typer.Argument(help="Folder of CSV files named like the source tables.")],
) -> None:
    """Load source tables from CSV, all or nothing; rows that are there already are updated."""
    from warehouse.load import load_folder  # noqa: PLC0415 - keeps `warehouse url` quick

    for line in load_folder(folder):
        console.print(line)


@app.command()
@handle_errors
def erase(
    client_id: Annotated[UUID, typer.Argument(help="The client.")],
    coach: Annotated[UUID | None, typer.Option(help="Only with this coach; default: with all.")] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Don't ask.")] = False,
) -> None:
    """Erase a client everywhere, and keep unchanged upstream rows from bringing the client back."""
    from warehouse.erase import erase_client  # noqa: PLC0415

    if not yes:
        typer.confirm("This deletes what was computed of the client, for good. Sure?", abort=True)
    erasure = erase_client(client_id, coach, report=console.print)
    for table in erasure.removed:
        console.print(f"{table.table}: {table.rows} rows {'without ids' if table.is_row_kept else 'deleted'}")
    console.print(f"{erasure.left_out_jobs} sessions upstream are left out from now on.")


@app.command()
@handle_errors
def reset(yes: Annotated[bool, typer.Option("--yes", help="Don't ask.")] = False) -> None:
    """Delete everything in the database that this project and its sample made, and start empty."""
    from warehouse.reset import drop_everything, start_server  # noqa: PLC0415

    if not yes:
        typer.confirm(
            "This deletes all transcripts, analytics, alerts and acknowledgements here. Sure?", abort=True
        )
    if not is_external_server():
        start_server()
    drop_everything()
    migrate()
    console.print("The database is empty.")


@app.command(name="dbt-profile")
@handle_errors
def dbt_profile() -> None:
    """Write profiles.yml, with which dbt finds the embedded Postgres; `make setup` does this."""
    embedded.write_dbt_profile()


@app.command(name="exec", context_settings={"allow_extra_args": True, "ignore_unknown_options": True})
@handle_errors
def execute(context: typer.Context) -> None:
    """Run a command with the addresses of the database in its environment: `warehouse exec -- dbt build`."""
    if not any(context.args[:1]):
        raise WarehouseError(
            "Nothing to run. Write the command behind two dashes: warehouse exec -- dbt build."
        )
    try:
        # Takes this process' place: who stops it (Ctrl-C, systemd, docker) then stops the command itself.
        os.execvpe(context.args[0], context.args, os.environ | connection.environment())  # noqa: S606
    except OSError as error:
        raise WarehouseError(f"The command {context.args[0]} can't be run: {error.strerror}.") from None


# Commands of other rooms, which this one may not know: whoever knows both sides offers them here (ADR 0024).
for offered in entry_points(group="warehouse.commands"):
    app.command(name=offered.name)(handle_errors(offered.load()))
