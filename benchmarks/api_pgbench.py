"""The same SQL as the API sends, through pgbench: what Postgres alone can do on this machine."""

import re
import shutil
import subprocess
import tempfile
from pathlib import Path
from uuid import UUID

import psycopg
from psycopg import ClientCursor
from psycopg.conninfo import make_conninfo

from api.clients import routes as clients_routes
from api.coach import routes as coach_routes
from api.database import LAZY_COMMIT, TENANT
from api.queries import Query, prepared
from api.risk import routes as risk_routes
from warehouse.connection import Role

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


def per_second(url: str, name: str, coach: UUID, clients: list[UUID], seconds: float) -> float | None:
    """Transactions per second over 16 connections; None where there is no pgbench."""
    program = shutil.which("pgbench")
    if program is None:
        return None
    query, parameters = QUERIES[name]
    [statement] = prepared(query, audited=True)
    given = parameters | {
        "coach_id": coach, "client_id": clients[0], "now": "2026-11-22T12:00:00+00:00", "timeout": "5000ms",
        "route": "GET", "status": 200, "correlation_id": "pgbench",
    }  # fmt: skip
    with psycopg.connect(url) as connection, tempfile.TemporaryDirectory() as folder:
        cursor = ClientCursor(connection)
        tenant = cursor.mogrify(TENANT + LAZY_COMMIT, given)
        execute = cursor.mogrify(statement.execute, given)
        script = Path(folder, "script.sql")
        prepare = " ".join(_one_line(statement.prepare).split())
        script.write_text(f"\\if :seen = 0\n{prepare};\n\\set seen 1\n\\endif\n{tenant} \\; {execute};\n")
        address = make_conninfo(url, options=f"-c role={Role.API.database_role}")
        result = subprocess.run(
            [program, "--no-vacuum", "--client", "16", "--jobs", "1", "--time", str(max(1, round(seconds))),
             "--define", "seen=0", "--file", str(script), address],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
    found = re.search(r"tps = ([0-9.]+)", result.stdout)
    return float(found[1]) if found and result.returncode == 0 else None


def _one_line(statement: str) -> str:
    """Without comments, which would swallow the rest of the line."""
    return re.sub(r"--[^\n]*", "", statement)
