from collections.abc import Sequence
from typing import Any, cast
from uuid import UUID

import pytest

from cue_detector.domain import ContextLine, CueType, DetectionStatus, InputUtterance, SessionInput
from cue_detector.local import LocalDetector
from cue_detector.local.client_talk import line_probabilities, load_model
from cue_detector.local.confidence import TALK_TYPE_BY_CUE, adjusted, evidence
from cue_detector.local.features import ClientLine

TEXTS = (
    "I'm going to talk to my manager this week.",
    "Yeah.",
    "I don't know if I can keep that up.",
    "I'm worried about my sleep.",
    "Mm-hmm, right.",
    "That won't work for me.",
)


def _session(number: int, texts: Sequence[str] = TEXTS, role: str = "client") -> SessionInput:
    utterances = tuple(
        InputUtterance(
            utterance_id=UUID(int=number * 1000 + place),
            role="coach" if role == "coach" else "client",
            start_seconds=place * 5.0,
            text=text,
            context=(ContextLine("coach", "What will you do?"),),
            needs_sentiment=False,
        )
        for place, text in enumerate(texts)
    )
    return SessionInput(
        job_id=UUID(int=number),
        coach_id=UUID(int=2),
        client_id=UUID(int=3),
        transcript_id=UUID(int=number + 10**6),
        source_revision="1",
        utterances=utterances,
    )


def test_local_detector__finds_type_span_and_meaning_in_order() -> None:
    [found] = LocalDetector().detect([_session(1)])
    assert found.status is DetectionStatus.SUCCEEDED
    assert [cue.cue_type for cue in found.cues] == [
        CueType.COMMITMENT,
        CueType.DOUBT,
        CueType.CONCERN,
        CueType.RESISTANCE,
    ]
    for cue in found.cues:
        text = TEXTS[cue.utterance_id.int % 1000]
        assert cue.span is not None
        start, end = cue.span
        assert 0 <= start < end <= len(text)
        assert 0 < cue.confidence < 1
        assert cue.interpretation.endswith(".")
        assert text.rstrip(".") not in cue.interpretation


def test_local_detector__gives_no_cue_for_back_channels_and_coaches() -> None:
    silent = _session(1, ["Yeah.", "mm-hmm", "Right.", "Okay, yeah."])
    coach = _session(2, ["I'm worried about you.", "I promise."], role="coach")
    assert [found.cues for found in LocalDetector().detect([silent, coach])] == [(), ()]


def test_local_detector__says_the_same_again() -> None:
    sessions = [_session(number) for number in range(1, 100)]
    once = [(found.job_id, found.cues) for found in LocalDetector().detect(sessions)]
    again = [(found.job_id, found.cues) for found in LocalDetector().detect(iter(sessions))]
    assert once == again


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   ",
        "\u0000",
        "\U0001f600" * 50,
        "a" * 200_000,
        "i don't know " * 20_000,
        '"' * 10_000,
        "\u0130 - - -",
    ],
)
def test_local_detector__reads_any_text(text: str) -> None:
    [found] = LocalDetector().detect([_session(1, [text])])
    assert found.status is DetectionStatus.SUCCEEDED
    assert all(cue.span is not None and cue.span[1] <= len(text) for cue in found.cues)


def test_local_detector__fails_one_session_alone_and_without_its_text() -> None:
    broken = _session(2, [cast(str, cast(Any, 12345))])
    found = list(LocalDetector().detect([_session(1), broken, _session(3)]))
    assert [each.status.value for each in found] == ["succeeded", "failed", "succeeded"]
    assert found[1].error is not None
    assert "12345" not in found[1].error


def test_detector_version__is_unchanged() -> None:
    """A new version recomputes the cues of every session; update this pin only when that is intended."""
    assert LocalDetector().version == "rules-2+client-talk-1+b4286488"


def test_local_detector__names_rules_model_and_data_in_its_version() -> None:
    rules, model, digest = LocalDetector().version.split("+")
    assert rules.startswith("rules-")
    assert model == load_model().version
    assert len(digest) == 8


@pytest.mark.parametrize(("found", "compare"), [(1.0, 1), (0.0, 0), (-1.0, -1)])
def test_adjusted__moves_confidence_with_the_models_evidence(found: float, compare: int) -> None:
    moved = adjusted(0.7, CueType.COMMITMENT, found, {"change": 0.5})
    assert (moved > 0.7) - (moved < 0.7) == compare
    assert adjusted(0.7, CueType.CONCERN, found, {"change": 0.5}) == 0.7


def test_adjusted__rises_when_another_rule_agrees() -> None:
    weights = {"support": 2.0}
    assert adjusted(0.6, CueType.DOUBT, 0, weights, is_supported=True) == 0.92
    assert adjusted(0.6, CueType.DOUBT, 0, weights) == 0.6


def test_evidence__is_capped_and_only_for_kinds_of_client_talk() -> None:
    sure = (0.001, 0.998, 0.001)
    assert evidence(CueType.COMMITMENT, sure, load_model()) > 1
    assert evidence(CueType.RESISTANCE, sure, load_model()) == -1.5
    assert CueType.AGREEMENT not in TALK_TYPE_BY_CUE
    assert evidence(CueType.AGREEMENT, sure, load_model()) == 0


def test_confidence__rises_when_the_talk_around_it_is_about_change() -> None:
    about_change = line_probabilities(ClientLine("I'll try to quit, I want to.", "", 0.9))
    not_so = line_probabilities(ClientLine("I'll try the tea.", "Tea or coffee?", 0.1))
    weights = {"change": 0.4}
    high, low = (
        adjusted(0.8, CueType.COMMITMENT, evidence(CueType.COMMITMENT, p, load_model()), weights)
        for p in (about_change, not_so)
    )
    assert high > low
