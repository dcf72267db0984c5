"""The OpenAPI document is complete and matches api/openapi.json."""

from collections.abc import Iterator
from typing import Any

import orjson
import pytest

from tests.api.routes import ROUTES
from tests.api.service import PREFIX, Service
from tools.openapi.export import DOCUMENT, current_document

ERRORS = {
    "get_session": {"401", "404", "422", "429", "503"},
    "get_coach_summary": {"401", "429", "503"},
    "put_settings": {"401", "413", "422", "429", "503"},
    "acknowledge_alert": {"401", "404", "413", "422", "429", "503"},
    "get_alerts": {"401", "422", "429", "503"},
    "get_health_ready": {"503"},
    "get_health_live": set(),
}


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    exported: dict[str, Any] = orjson.loads(current_document())
    return exported


def operations(document: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield method, path, operation


def test_openapi_json__matches_the_routes() -> None:
    assert DOCUMENT.read_text(encoding="utf-8") == current_document(), (
        "run `make openapi` and commit the result"
    )


def test_document__equals_the_served_document(service: Service, document: dict[str, Any]) -> None:
    assert service.anonymous().get("/openapi.json").json() == document


def test_document__lists_exactly_the_routes(document: dict[str, Any]) -> None:
    listed = {(method.upper(), path) for method, path, _ in operations(document)}
    expected = {(route.method, PREFIX + route.template) for route in ROUTES}
    assert listed == expected | {("GET", "/health/live"), ("GET", "/health/ready"), ("GET", "/metrics")}


def test_document__has_credentials_and_errors(document: dict[str, Any]) -> None:
    for _, path, operation in operations(document):
        responses = operation["responses"]
        if path.startswith(PREFIX):
            assert operation["security"] == [{"ApiKey": [], "Token": []}]
            assert {"401", "429", "503"} <= set(responses)
            assert ("404" in responses) == ("{" in path)
        else:
            assert "security" not in operation
        for status, response in responses.items():
            if status.startswith(("4", "5")):
                assert list(response["content"]) == ["application/problem+json"]
            assert response["description"]
        if operation["operationId"] in ERRORS:
            assert {s for s in responses if s[0] in "45"} == ERRORS[operation["operationId"]]


def test_document__describes_everything(document: dict[str, Any]) -> None:
    for _, path, operation in operations(document):
        assert operation["summary"], path
        assert operation["description"], path
        for parameter in operation.get("parameters", []):
            assert parameter["description"], (path, parameter["name"])
    for name, schema in document["components"]["schemas"].items():
        assert schema["description"], name
        for field, definition in schema.get("properties", {}).items():
            assert definition.get("description"), (name, field)


def test_document__numbers_have_a_range(document: dict[str, Any]) -> None:
    """Except thresholds and trend values, whose range depends on the factor or metric."""
    open_ended = {
        *("value", "threshold", "critical_threshold", "current_value", "previous_value", "change"),
        *("change_percentage", "warning", "critical", "default_warning", "default_critical"),
    }
    for name, schema in document["components"]["schemas"].items():
        for field, definition in schema.get("properties", {}).items():
            for option in definition.get("anyOf", [definition]):
                if option.get("type") in ("number", "integer") and field not in open_ended:
                    assert "minimum" in option, (name, field)


def test_document__requires_every_key_of_every_response(document: dict[str, Any]) -> None:
    exempt = {"Acknowledgement", "CoachSettingsUpdate", "ThresholdsUpdate", "Problem"}
    for name, schema in document["components"]["schemas"].items():
        if "properties" in schema and name not in exempt:
            assert set(schema["required"]) == set(schema["properties"]), name


def test_document__marks_the_former_name_of_the_severity_as_deprecated(document: dict[str, Any]) -> None:
    for name in ("CoachSettings", "CoachSettingsUpdate"):
        properties = document["components"]["schemas"][name]["properties"]
        assert properties["least_alert_severity"]["deprecated"] is True
        assert "deprecated" not in properties["min_alert_severity"]
