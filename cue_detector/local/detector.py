"""Local detector: rules find cues, and a small model adjusts their confidence.

Needs no API key or network access (docs/reference/specification.md, "Language Cue Detection"). Deterministic:
rules, coefficients and calibration are files of this package, and the detector version identifies them.
"""

import hashlib
import time
from collections.abc import Iterable, Iterator
from functools import cache
from importlib.resources import files

from cue_detector.domain import (
    Cue,
    CueType,
    DetectionStatus,
    InputUtterance,
    SessionDetection,
    SessionInput,
    Usage,
)
from cue_detector.local.client_talk import (
    MODEL_FILE,
    Probabilities,
    client_lines,
    line_probabilities,
    load_model,
)
from cue_detector.local.confidence import (
    CALIBRATION_FILE,
    TALK_TYPE_BY_CUE,
    adjust_confidence,
    evidence_weights,
    log_evidence,
)
from cue_detector.local.features import LEXICON_FILE, SIGNALS_FILE, ClientLine
from cue_detector.local.rules import RULES_FILE, find_matches
from cue_detector.text import is_backchannel

RULES_VERSION = "2"
"""Increment when code changes the cues or confidences; changes of the data files change the digest."""


class LocalDetector:
    """Rule-based detector."""

    name = "local"

    def __init__(self) -> None:
        self.version = detector_version()

    def detect(self, sessions: Iterable[SessionInput]) -> Iterator[SessionDetection]:
        """Yield one detection per session, in input order."""
        for session in sessions:
            yield detect_session(session, self.version)


@cache
def detector_version() -> str:
    """Return the version of rules and model, with a digest of the data files as suffix."""
    digest = hashlib.sha256()
    for name in (RULES_FILE, MODEL_FILE, CALIBRATION_FILE, LEXICON_FILE, SIGNALS_FILE):
        digest.update(files("cue_detector.local").joinpath(name).read_bytes())
    return f"rules-{RULES_VERSION}+{load_model().version}+{digest.hexdigest()[:8]}"


def detect_session(session: SessionInput, version: str) -> SessionDetection:
    """Return the cues of one session, ordered by utterance and CueType.

    An exception becomes a failed detection that contains the exception type only.
    """
    started = time.perf_counter()
    try:
        cues = tuple(_session_cues(session))
    except Exception as error:
        return SessionDetection(
            job_id=session.job_id,
            detector=LocalDetector.name,
            detector_version=version,
            prompt_version=None,
            status=DetectionStatus.FAILED,
            error=f"the local detector failed: {type(error).__name__}",
        )
    return SessionDetection(
        job_id=session.job_id,
        detector=LocalDetector.name,
        detector_version=version,
        prompt_version=None,
        status=DetectionStatus.SUCCEEDED,
        cues=cues,
        usage=Usage(latency_seconds=time.perf_counter() - started),
    )


def _session_cues(session: SessionInput) -> Iterator[Cue]:
    clients = [utterance for utterance in session.utterances if utterance.role == "client"]
    lines = client_lines(session.utterances)
    for utterance, line in zip(clients, lines, strict=True):
        if not is_backchannel(utterance.text):
            yield from _cues(utterance, line)


def _cues(utterance: InputUtterance, line: ClientLine) -> Iterator[Cue]:
    weights = evidence_weights()
    probabilities: Probabilities | None = None
    for match in find_matches(utterance.text):
        cue_type = match.rule.cue_type
        evidence = 0.0
        if _uses_client_talk(cue_type):
            probabilities = probabilities or line_probabilities(line)
            evidence = log_evidence(cue_type, probabilities, load_model())
        yield Cue(
            utterance_id=utterance.utterance_id,
            cue_type=cue_type,
            confidence=adjust_confidence(
                match.rule.confidence, cue_type, evidence, weights, is_supported=match.is_supported
            ),
            interpretation=match.rule.interpretation,
            span=match.span,
        )


def _uses_client_talk(cue_type: CueType) -> bool:
    return evidence_weights().get(TALK_TYPE_BY_CUE.get(cue_type, ""), 0.0) > 0
