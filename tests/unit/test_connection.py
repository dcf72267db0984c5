"""URLs of the login roles, and errors for invalid ones."""

from pathlib import Path

import pytest
from psycopg.conninfo import conninfo_to_dict

from warehouse.connection import LoginRole, connect, environment, url
from warehouse.errors import WarehouseError

OWNER = "postgresql://owner:s%40cret@db.example:6543/practice?sslmode=require"


@pytest.fixture(autouse=True)
def no_variables(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for role in LoginRole:
        monkeypatch.delenv(role.variable, raising=False)
    for name in ("PGHOST", "PGPORT", "PGUSER", "PGPASSWORD", "PGDATABASE", "PGSSLMODE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("WAREHOUSE_HOME", str(tmp_path / "empty"))


def test_variables__are_named_after_the_login_roles() -> None:
    assert [role.variable for role in LoginRole] == [
        "DATABASE_URL",
        "CUES_DATABASE_URL",
        "API_DATABASE_URL",
        "ANALYST_DATABASE_URL",
    ]


def test_url__of_the_owner_is_unchanged(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", OWNER)
    assert url() == url("owner") == OWNER


@pytest.mark.parametrize("role", ["cues", "api", "analyst"])
def test_url__of_a_role_is_its_own_variable_if_set(monkeypatch: pytest.MonkeyPatch, role: str) -> None:
    monkeypatch.setenv("DATABASE_URL", OWNER)
    own = f"postgresql://{role}:pw@db.example/practice"
    monkeypatch.setenv(f"{role.upper()}_DATABASE_URL", own)
    assert url(role) == own


@pytest.mark.parametrize("role", ["cues", "api", "analyst"])
def test_url__of_a_role_without_variable_sets_the_role(monkeypatch: pytest.MonkeyPatch, role: str) -> None:
    monkeypatch.setenv("DATABASE_URL", OWNER)
    parts = conninfo_to_dict(url(role))
    assert parts.pop("options") == f"-c role=warehouse_{role}"
    assert parts == conninfo_to_dict(OWNER)


def test_url__keeps_the_options_of_the_owner_s_url(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "host=db.example user=owner options='-c work_mem=8MB'")
    assert conninfo_to_dict(url("api"))["options"] == "-c work_mem=8MB -c role=warehouse_api"


def test_url__ignores_an_empty_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", OWNER)
    monkeypatch.setenv("API_DATABASE_URL", "")
    assert "role=warehouse_api" in url("api")


@pytest.mark.parametrize("role", list(LoginRole))
def test_url__without_a_server_names_both_remedies(role: LoginRole) -> None:
    with pytest.raises(WarehouseError, match="`warehouse up`, or set DATABASE_URL"):
        url(role)


@pytest.mark.parametrize(
    "address",
    [
        "nonsense hunter2",
        "postgresql://owner:hunter2@[db/practice",
        "postgresql://owner:%hunter2@db/practice",
        "postgresql://owner:a@hunter2@db/practice",
        "postgresql://owner:hunter2/a@db/practice",
    ],
)
@pytest.mark.parametrize("use", [connect, environment, lambda: url("api")])
def test_invalid_url__is_rejected_without_being_shown(
    monkeypatch: pytest.MonkeyPatch, address: str, use: object
) -> None:
    monkeypatch.setenv("DATABASE_URL", address)
    assert callable(use)
    with pytest.raises(WarehouseError, match="DATABASE_URL is not a valid URL") as raised:
        use()
    assert "hunter2" not in str(raised.value)
    assert raised.value.__suppress_context__


def test_connect__reports_role_server_and_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://owner:hunter2@127.0.0.1:1/practice")
    with pytest.raises(
        WarehouseError,
        match=r"Cannot connect as api \(API_DATABASE_URL\): .*port 1 failed: Connection refused\. Check the",
    ) as raised:
        connect("api")
    assert "hunter2" not in str(raised.value)


def test_environment__splits_the_url_for_dbt(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", OWNER)
    found = environment()
    assert {name: value for name, value in found.items() if name.startswith("DBT_")} == {
        "DBT_PG_HOST": "db.example",
        "DBT_PG_PORT": "6543",
        "DBT_PG_USER": "owner",
        "DBT_PG_PASSWORD": "s@cret",
        "DBT_PG_DBNAME": "practice",
        "DBT_PG_SSLMODE": "require",
    }
    assert found["DATABASE_URL"] == OWNER
    assert found["API_DATABASE_URL"] == url("api")


def test_environment__uses_the_defaults_of_libpq(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://owner@")
    monkeypatch.setenv("PGHOST", "db.example")
    monkeypatch.setenv("PGPASSWORD", "pw")
    found = environment()
    assert (found["DBT_PG_HOST"], found["DBT_PG_PORT"]) == ("db.example", "5432")
    assert (found["DBT_PG_PASSWORD"], found["DBT_PG_DBNAME"]) == ("pw", "owner")
