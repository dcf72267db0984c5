"""The API's SQL in pgbench: the throughput of Postgres alone."""

import re
import shutil
import subprocess
import tempfile
from pathlib import Path
from uuid import UUID

from psycopg.conninfo import make_conninfo

from api.clients import routes as clients_routes
from api.coach import routes as coach_routes
from api.db.client import READ_PREAMBLE
from api.db.queries import PreparedStatement, Query, prepared_statements
from api.risk import routes as risk_routes
from warehouse.connection import LoginRole

QUERIES: dict[str, tuple[Query, dict[str, object]]] = {
    "/clients/{id}/risk": (clients_routes.RISK, {"history_limit": 5}),
    "/clients/{id}/summary": (clients_routes.SUMMARY, {"window": "90d"}),
    "/clients/{id}/sessions": (
        clients_routes.SESSIONS,
        {"limit": 20, "offset": 0, "from_date": None, "to_date": None},
    ),
    "/clients/{id}/trends": (
        clients_routes.TRENDS,
        {"metrics": list(clients_routes.METRICS), "window": "90d"},
    ),
    "/risk/alerts": (
        risk_routes.ALERTS,
        {"statuses": ["pending"], "severities": ["warning", "urgent"], "limit": 50, "offset": 0},
    ),
    "/coach/summary": (coach_routes.SUMMARY, {}),
}


def transactions_per_second(
    url: str, name: str, coach: UUID, clients: list[UUID], seconds: float
) -> float | None:
    """Transactions per second over 16 connections; None if pgbench is not installed."""
    program = shutil.which("pgbench")
    if program is None:
        return None
    query, parameters = QUERIES[name]
    values = parameters | {
        "coach_id": coach,
        "client_id": clients[0],
        "now": "2026-11-22T12:00:00+00:00",
        "timeout": "5000ms",
        "route": "GET",
        "status": 200,
        "correlation_id": "pgbench",
    }
    texts = {parameter: _text(value) for parameter, value in values.items() if value is not None}
    statements = (READ_PREAMBLE, *prepared_statements(query, audited=True))
    with tempfile.TemporaryDirectory() as directory:
        script = Path(directory, "script.sql")
        body = "".join(f"{_with_variables(statement, set(texts))};\n" for statement in statements)
        script.write_text(f"\\startpipeline\n{body}\\endpipeline\n")
        result = subprocess.run(
            [
                program,
                "--no-vacuum",
                "--client",
                "16",
                "--jobs",
                "1",
                "--time",
                str(max(1, round(seconds))),
                "--protocol",
                "prepared",
                "--file",
                str(script),
                *(f"--define={parameter}={text}" for parameter, text in texts.items()),
                make_conninfo(url, options=f"-c role={LoginRole.API.database_role}"),
            ],
            capture_output=True,
            text=True,
            check=False,
        )
    match = re.search(r"tps = ([0-9.]+)", result.stdout)
    return float(match[1]) if match and result.returncode == 0 else None


def _with_variables(statement: PreparedStatement, variables: set[str]) -> str:
    """Replace parameters by pgbench variables, or by a literal null, which pgbench cannot send."""
    names = [f":{name}" if name in variables else "null" for name in statement.parameters]
    return re.sub(r"\$(\d+)", lambda match: names[int(match[1]) - 1], statement.text.decode())


def _text(value: object) -> str:
    return f"{{{','.join(value)}}}" if isinstance(value, list) else str(value)
