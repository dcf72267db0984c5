import csv
from pathlib import Path

import pytest

from cue_detector.domain import CueType
from tools.evaluation import __main__ as command
from tools.evaluation import annomi, cue_sample
from tools.evaluation.annomi import ClientTurn
from tools.evaluation.calibration import Calibration, calibrate, report_cues
from tools.evaluation.cues import GOLD_FILE, LabelledTurn, RuleMatch
from tools.evaluation.measures import calibration_error, wilson_interval

needs_dialogues = pytest.mark.skipif(not annomi.is_available(), reason="requires the AnnoMI dialogues")


def _match(
    utterance: int,
    rule_id: str,
    cue_type: CueType,
    is_correct: bool,
    *,
    is_second_round: bool = True,
    is_supported: bool = False,
) -> RuleMatch:
    turn = ClientTurn(str(utterance), "d", "c", 0.0, 0.0, "text", (), "neutral")
    labels = frozenset({cue_type} if is_correct else ())
    labelled = LabelledTurn(turn, "check", is_second_round, 1.0, labels)
    return RuleMatch(labelled, rule_id, cue_type, 0.0, is_correct, is_supported)


def test_calibrate__is_conservative_for_types_with_few_matches() -> None:
    many = [_match(n, "worry_worried", CueType.CONCERN, n % 5 > 0) for n in range(200)]
    few = [_match(1000 + n, "agree_word", CueType.AGREEMENT, n % 5 > 0) for n in range(5)]
    confidences = calibrate(many + few).confidences
    assert confidences["worry_worried"] == pytest.approx(0.8, abs=0.01)
    assert confidences["agree_echo"] < confidences["worry_scared"] < 0.8
    mean = calibrate(many + few, quantile=None).confidences
    assert mean["agree_echo"] == mean["worry_scared"] == 0.8


def test_calibrate__shrinks_rules_with_few_matches_towards_their_type() -> None:
    matches = [_match(n, "worry_worried", CueType.CONCERN, n % 2 == 0) for n in range(100)]
    matches += [_match(200 + n, "worry_scared", CueType.CONCERN, True) for n in range(3)]
    matches += [_match(300 + n, "worry_scares_me", CueType.CONCERN, True) for n in range(30)]
    confidences = calibrate(matches).confidences
    assert confidences["worry_what_if"] < confidences["worry_scared"] < confidences["worry_scares_me"]
    assert confidences["worry_scared"] < 0.8 < confidences["worry_scares_me"]


def test_calibrate__estimates_the_prior_from_the_second_round_only() -> None:
    first_round = [
        _match(n, "worry_worried", CueType.CONCERN, True, is_second_round=False) for n in range(20)
    ]
    second_round = [_match(100 + n, "worry_scared", CueType.CONCERN, n < 2) for n in range(4)]
    assert calibrate(first_round + second_round).confidences["worry_what_if"] < 0.5


def test_calibrate__uses_unsupported_matches_and_fits_the_weight_of_support() -> None:
    unsupported = [_match(n, "worry_worried", CueType.CONCERN, n % 2 == 0) for n in range(40)]
    supported = [
        _match(100 + n, rule, CueType.CONCERN, True, is_supported=True)
        for n in range(20)
        for rule in ("worry_worried", "worry_scared")
    ]
    calibration = calibrate(unsupported + supported)
    assert calibration.confidences == calibrate(unsupported).confidences
    assert calibration.weights["support"] > 1
    assert all(each.confidence > 0.7 for each in report_cues(supported, calibration))
    assert all(each.confidence < 0.6 for each in report_cues(unsupported, calibration))


def test_report_cues__keeps_the_most_confident_cue_of_a_type() -> None:
    calibration = Calibration({"worry_worried": 0.9, "worry_scared": 0.6, "agree_word": 0.8}, {})
    matches = [
        _match(1, "worry_scared", CueType.CONCERN, True),
        _match(1, "worry_worried", CueType.CONCERN, True),
        _match(1, "agree_word", CueType.AGREEMENT, False),
    ]
    assert {(each.cue_type, each.confidence) for each in report_cues(matches, calibration)} == {
        (CueType.CONCERN, 0.9),
        (CueType.AGREEMENT, 0.8),
    }


def test_calibration_error__compares_confidence_with_precision() -> None:
    assert calibration_error([0.5, 0.5], [True, False]) == 0
    assert calibration_error([0.5, 0.5], [False, False]) == 0.5


def test_wilson_interval__is_wide_for_small_samples_and_in_range() -> None:
    low, high = wilson_interval(3, 3)
    assert low < 0.5
    assert high == pytest.approx(1)
    assert wilson_interval(300, 300)[0] > 0.95


def test_gold_file__contains_ids_and_labels_but_no_text() -> None:
    rows = annomi.read_rows(GOLD_FILE)
    assert list(rows[0]) == ["utterance_id", "dialogue", "part", "stratum", "weight", "labels"]
    assert len({row["utterance_id"] for row in rows}) == len(rows) >= 500
    assert {name for row in rows for name in row["labels"].split()} == {str(each) for each in CueType}


def test_gold_file__never_splits_a_dialogue() -> None:
    parts: dict[str, set[str]] = {}
    for row in annomi.read_rows(GOLD_FILE):
        parts.setdefault(row["dialogue"], set()).add(row["part"])
    assert {len(found) for found in parts.values()} == {1}
    assert set().union(*parts.values()) == {"development", "check"}


@needs_dialogues
def test_draw_first_round__reproduces_the_sample() -> None:
    drawn = cue_sample.draw_first_round(annomi.client_turns())
    rows = annomi.read_rows(GOLD_FILE)
    first = {row["utterance_id"]: row["stratum"] for row in rows if not row["stratum"].startswith("fresh")}
    assert drawn == first


@needs_dialogues
def test_draw_second_round__reproduces_the_sample() -> None:
    strata = {row["utterance_id"]: row["stratum"] for row in annomi.read_rows(GOLD_FILE)}
    second = {key: stratum for key, stratum in strata.items() if stratum.startswith("fresh")}
    matched = {key for key, stratum in second.items() if stratum == "fresh_match"}
    assert (
        cue_sample.draw_second_round(annomi.client_turns(), strata.keys() - second.keys(), matched) == second
    )


@needs_dialogues
def test_client_turns__have_a_label_and_up_to_two_context_lines() -> None:
    turns = annomi.client_turns()
    assert {turn.label for turn in turns} == {"change", "neutral", "sustain"}
    assert {len(turn.context) for turn in turns} == {0, 1, 2}
    assert all(0 <= turn.position <= 1 for turn in turns)


def test_main__skips_without_dialogues(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(annomi.DIRECTORY_VARIABLE, str(tmp_path))
    monkeypatch.setattr(command, "REPORT", tmp_path / "report.md")
    assert command.main() == 0
    assert "skipped" in capsys.readouterr().out
    assert not (tmp_path / "report.md").exists()


def test_read_rows__reads_a_csv_file(tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    with path.open("w", newline="") as file:
        csv.writer(file).writerows([["a", "b"], ["1", "x, y"]])
    assert annomi.read_rows(path) == [{"a": "1", "b": "x, y"}]
