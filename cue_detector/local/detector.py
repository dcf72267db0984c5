"""The local detector: rules find a cue, its words and its meaning; a small model adjusts its confidence.

Runs without any key or network (specification, "Language Cue Detection"). The same text gives the same cues
on any machine: rules, coefficients and calibration are files of this package, and the version names them.
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
    adjusted,
    evidence,
    evidence_weights,
)
from cue_detector.local.features import LEXICON_FILE, SIGNALS_FILE, ClientLine
from cue_detector.local.rules import RULES_FILE, find_matches
from cue_detector.text import is_backchannel

RULES_VERSION = "2"
"""Raised when the meaning of rules or confidence changes; the digest in the version changes with any edit."""


class LocalDetector:
    """Finds cues by rules; see Detector for what callers may rely on."""

    name = "local"

    def __init__(self) -> None:
        """Read the data files."""
        self.version = detector_version()

    def detect(self, sessions: Iterable[SessionInput]) -> Iterator[SessionDetection]:
        """Yield one detection per session, in the order given."""
        for session in sessions:
            yield detect_session(session, self.version)


@cache
def detector_version() -> str:
    """Return the version of rules and model, ending in 8 digits that change with any of the data files."""
    digest = hashlib.sha256()
    for name in (RULES_FILE, MODEL_FILE, CALIBRATION_FILE, LEXICON_FILE, SIGNALS_FILE):
        digest.update(files("cue_detector.local").joinpath(name).read_bytes())
    return f"rules-{RULES_VERSION}+{load_model().version}+{digest.hexdigest()[:8]}"


def detect_session(session: SessionInput, version: str) -> SessionDetection:
    """Return the cues of one session: by utterance in the order given, then in the order of CueType.

    Never raises: a session that cannot be read comes back as failed, with the kind of error and no text.
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
            error=f"the local detector stopped: {type(error).__name__}",
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
    clients = [each for each in session.utterances if each.role == "client"]
    lines = client_lines(session.utterances)
    for utterance, line in zip(clients, lines, strict=True):
        if not is_backchannel(utterance.text):
            yield from _cues(utterance, line)


def _cues(utterance: InputUtterance, line: ClientLine) -> Iterator[Cue]:
    weights = evidence_weights()
    probabilities: Probabilities | None = None
    for match in find_matches(utterance.text):
        cue_type = match.rule.cue_type
        found = 0.0
        if _model_counts(cue_type):
            probabilities = probabilities or line_probabilities(line)
            found = evidence(cue_type, probabilities, load_model())
        yield Cue(
            utterance_id=utterance.utterance_id,
            cue_type=cue_type,
            confidence=adjusted(
                match.rule.confidence, cue_type, found, weights, is_supported=match.is_supported
            ),
            interpretation=match.rule.interpretation,
            span=match.span,
        )


def _model_counts(cue_type: CueType) -> bool:
    return evidence_weights().get(TALK_TYPE_BY_CUE.get(cue_type, ""), 0.0) > 0
