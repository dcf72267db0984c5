"""profiles.yml is generated for a checkout; the user's own file is never overwritten."""

import os
from pathlib import Path

import psycopg2
import pytest
import yaml

from warehouse.dbt_profile import SERVER_DOWN, write_profile


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    (tmp_path / "dbt_project.yml").touch()
    return tmp_path


def output(checkout: Path) -> dict[str, str]:
    content = yaml.safe_load((checkout / "profiles.yml").read_text())
    result: dict[str, str] = content["coaching_analytics"]["outputs"]["warehouse"]
    return result


def test_profile__has_the_address_of_the_server_as_its_default(checkout: Path) -> None:
    write_profile(4711, "owner", "secret", "coaching", directory=checkout)
    assert output(checkout)["port"] == "{{ env_var('DBT_PG_PORT', '4711') | as_number }}"
    assert output(checkout)["password"] == "{{ env_var('DBT_PG_PASSWORD', 'secret') }}"
    assert output(checkout)["host"] == f"{{{{ env_var('DBT_PG_HOST', '127.0.0.1,{SERVER_DOWN}') }}}}"
    assert os.stat(checkout / "profiles.yml").st_mode & 0o077 == 0


def test_profile__follows_the_server(checkout: Path) -> None:
    write_profile(directory=checkout)
    write_profile(4711, "owner", "secret", "coaching", directory=checkout)
    assert "4711" in output(checkout)["port"]
    assert [path.name for path in checkout.iterdir() if "profiles" in path.name] == ["profiles.yml"]


def test_profile__of_the_user_is_left_alone(checkout: Path) -> None:
    write_profile(directory=checkout)
    profile = checkout / "profiles.yml"
    own = profile.read_text().partition("\n")[2]
    profile.write_text(own)
    write_profile(4711, "owner", "secret", "coaching", directory=checkout)
    assert profile.read_text() == own


def test_profile__is_written_in_a_checkout_only(tmp_path: Path) -> None:
    write_profile(directory=tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("host", [SERVER_DOWN, f"127.0.0.1,{SERVER_DOWN}"])
def test_server_down__is_what_libpq_reports(host: str) -> None:
    with pytest.raises(psycopg2.OperationalError, match="run: warehouse up"):
        psycopg2.connect(host=host, port=1, user="nobody", password="none", dbname="none")
