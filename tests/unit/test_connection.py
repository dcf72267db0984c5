"""Which address each party gets, and what is said of addresses that are none."""

from pathlib import Path

import pytest
from psycopg.conninfo import conninfo_to_dict

from warehouse.connection import LoginRole, connect, environment, url
from warehouse.errors import WarehouseError

OWNER = "postgresql://owner:s%40cret@db.example:6543/practice?sslmode=require"


@pytest.fixture(autouse=True)
def no_addresses(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for role in LoginRole:
        monkeypatch.delenv(role.variable, raising=False)
    for name in ("PGHOST", "PGPORT", "PGUSER", "PGPASSWORD", "PGDATABASE", "PGSSLMODE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("WAREHOUSE_HOME", str(tmp_path / "nothing here"))


def test_variables__are_named_after_the_parties() -> None:
    assert [role.variable for role in LoginRole] == [
        "DATABASE_URL",
        "CUES_DATABASE_URL",
        "API_DATABASE_URL",
        "ANALYST_DATABASE_URL",
    ]


def test_url__owner_is_taken_as_given(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", OWNER)
    assert url() == url("owner") == OWNER


@pytest.mark.parametrize("role", ["cues", "api", "analyst"])
def test_url__a_party_s_own_address_comes_first(monkeypatch: pytest.MonkeyPatch, role: str) -> None:
    monkeypatch.setenv("DATABASE_URL", OWNER)
    own = f"postgresql://{role}:pw@db.example/practice"
    monkeypatch.setenv(f"{role.upper()}_DATABASE_URL", own)
    assert url(role) == own


@pytest.mark.parametrize("role", ["cues", "api", "analyst"])
def test_url__a_party_without_an_address_gives_the_owner_s_rights_up(
    monkeypatch: pytest.MonkeyPatch, role: str
) -> None:
    monkeypatch.setenv("DATABASE_URL", OWNER)
    parts = conninfo_to_dict(url(role))
    assert parts.pop("options") == f"-c role=warehouse_{role}"
    assert parts == conninfo_to_dict(OWNER)


def test_url__options_of_the_owner_s_address_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "host=db.example user=owner options='-c work_mem=8MB'")
    assert conninfo_to_dict(url("api"))["options"] == "-c work_mem=8MB -c role=warehouse_api"


def test_url__an_empty_variable_counts_as_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", OWNER)
    monkeypatch.setenv("API_DATABASE_URL", "")
    assert "role=warehouse_api" in url("api")


@pytest.mark.parametrize("role", list(LoginRole))
def test_url__without_any_address_names_both_remedies(role: LoginRole) -> None:
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
def test_address__that_is_none_is_refused_without_being_shown(
    monkeypatch: pytest.MonkeyPatch, address: str, use: object
) -> None:
    monkeypatch.setenv("DATABASE_URL", address)
    assert callable(use)
    with pytest.raises(WarehouseError, match="DATABASE_URL is not an address") as refused:
        use()
    assert "hunter2" not in str(refused.value)
    assert refused.value.__suppress_context__


def test_connect__says_who_could_not_connect_where_and_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://owner:hunter2@127.0.0.1:1/practice")
    with pytest.raises(
        WarehouseError,
        match=r"Can't connect as api \(API_DATABASE_URL\): .*port 1 failed: Connection refused\. Check the",
    ) as refused:
        connect("api")
    assert "hunter2" not in str(refused.value)


def test_environment__takes_the_address_apart_for_dbt(monkeypatch: pytest.MonkeyPatch) -> None:
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


def test_environment__fills_gaps_as_libpq_does(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://owner@")
    monkeypatch.setenv("PGHOST", "db.example")
    monkeypatch.setenv("PGPASSWORD", "pw")
    found = environment()
    assert (found["DBT_PG_HOST"], found["DBT_PG_PORT"]) == ("db.example", "5432")
    assert (found["DBT_PG_PASSWORD"], found["DBT_PG_DBNAME"]) == ("pw", "owner")
