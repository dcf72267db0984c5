"""The progress of a run from the command line when the output is not a terminal."""

import re

import pytest

from dagster_pipelines.run import main

COUNTED = re.compile(r"(\d+) of (\d+) models, seeds and tests")


@pytest.mark.usefixtures("built_database_url")
def test_progress__increases_to_its_total_and_counts_tests(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--job", "compute_risk_scores", "--as-of", "2026-11-22"]) == 0
    shown = [(int(done), int(total)) for done, total in COUNTED.findall(capsys.readouterr().out)]
    assert shown[0][0] == 1
    assert shown == sorted(shown)
    assert {total for _, total in shown} == {shown[0][1]}
    assert shown[-1][0] == shown[-1][1]
