from collections.abc import Sequence
from typing import Any, cast
from uuid import UUID

import pytest

from cue_detector.domain import ContextLine, CueType, DetectionStatus, InputUtterance, SessionInput
from cue_detector.local import LocalDetector
from cue_detector.local.client_talk import line_probabilities, load_model
from cue_detector.local.confidence import TALK_TYPE_BY_CUE, adjust_confidence, log_evidence
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
            utterance_id=UUID(int=number * 1000 + index),
            role="coach" if role == "coach" else "client",
            start_seconds=index * 5.0,
            text=text,
            context=(ContextLine("coach", "What will you do?"),),
            needs_sentiment=False,
        )
        for index, text in enumerate(texts)
    )
    return SessionInput(
        job_id=UUID(int=number),
        coach_id=UUID(int=2),
        client_id=UUID(int=3),
        transcript_id=UUID(int=number + 10**6),
        source_revision="1",
        utterances=utterances,
    )


def test_local_detector__returns_type_span_and_interpretation_in_order() -> None:
    [detection] = LocalDetector().detect([_session(1)])
    assert detection.status is DetectionStatus.SUCCEEDED
    assert [cue.cue_type for cue in detection.cues] == [
        CueType.COMMITMENT,
        CueType.DOUBT,
        CueType.CONCERN,
        CueType.RESISTANCE,
    ]
    for cue in detection.cues:
        text = TEXTS[cue.utterance_id.int % 1000]
        assert cue.span is not None
        start, end = cue.span
        assert 0 <= start < end <= len(text)
        assert 0 < cue.confidence < 1
        assert cue.interpretation.endswith(".")
        assert text.rstrip(".") not in cue.interpretation


def test_local_detector__ignores_back_channels_and_coach_utterances() -> None:
    backchannels = _session(1, ["Yeah.", "mm-hmm", "Right.", "Okay, yeah."])
    coach = _session(2, ["I'm worried about you.", "I promise."], role="coach")
    assert [each.cues for each in LocalDetector().detect([backchannels, coach])] == [(), ()]


def test_local_detector__is_deterministic() -> None:
    sessions = [_session(number) for number in range(1, 100)]
    first = [(each.job_id, each.cues) for each in LocalDetector().detect(sessions)]
    second = [(each.job_id, each.cues) for each in LocalDetector().detect(iter(sessions))]
    assert first == second


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
def test_local_detector__accepts_any_text(text: str) -> None:
    [detection] = LocalDetector().detect([_session(1, [text])])
    assert detection.status is DetectionStatus.SUCCEEDED
    assert all(cue.span is not None and cue.span[1] <= len(text) for cue in detection.cues)


def test_local_detector__isolates_a_failing_session_and_omits_its_text() -> None:
    invalid = _session(2, [cast(str, cast(Any, 12345))])
    detections = list(LocalDetector().detect([_session(1), invalid, _session(3)]))
    assert [each.status.value for each in detections] == ["succeeded", "failed", "succeeded"]
    assert detections[1].error is not None
    assert "12345" not in detections[1].error


def test_detector_version__is_unchanged() -> None:
    """A new version recomputes the cues of every session; update this pin only when that is intended."""
    assert LocalDetector().version == "rules-2+client-talk-1+b4286488"


def test_detector_version__contains_rules_model_and_digest() -> None:
    rules, model, digest = LocalDetector().version.split("+")
    assert rules.startswith("rules-")
    assert model == load_model().version
    assert len(digest) == 8


@pytest.mark.parametrize(("evidence", "sign"), [(1.0, 1), (0.0, 0), (-1.0, -1)])
def test_adjust_confidence__follows_the_log_evidence(evidence: float, sign: int) -> None:
    confidence = adjust_confidence(0.7, CueType.COMMITMENT, evidence, {"change": 0.5})
    assert (confidence > 0.7) - (confidence < 0.7) == sign
    assert adjust_confidence(0.7, CueType.CONCERN, evidence, {"change": 0.5}) == 0.7


def test_adjust_confidence__increases_with_support_by_another_rule() -> None:
    weights = {"support": 2.0}
    assert adjust_confidence(0.6, CueType.DOUBT, 0, weights, is_supported=True) == 0.92
    assert adjust_confidence(0.6, CueType.DOUBT, 0, weights) == 0.6


def test_log_evidence__is_limited_and_zero_for_other_cue_types() -> None:
    probabilities = (0.001, 0.998, 0.001)
    assert log_evidence(CueType.COMMITMENT, probabilities, load_model()) > 1
    assert log_evidence(CueType.RESISTANCE, probabilities, load_model()) == -1.5
    assert CueType.AGREEMENT not in TALK_TYPE_BY_CUE
    assert log_evidence(CueType.AGREEMENT, probabilities, load_model()) == 0


def test_adjust_confidence__is_higher_in_change_talk() -> None:
    change_talk = line_probabilities(ClientLine("I'll try to quit, I want to.", "", 0.9))
    neutral_talk = line_probabilities(ClientLine("I'll try the tea.", "Tea or coffee?", 0.1))
    weights = {"change": 0.4}
    high, low = (
        adjust_confidence(0.8, CueType.COMMITMENT, log_evidence(CueType.COMMITMENT, p, load_model()), weights)
        for p in (change_talk, neutral_talk)
    )
    assert high > low
