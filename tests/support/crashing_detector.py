"""A detector that kills its process with SIGKILL, like an out-of-memory kill."""

import os
import signal
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from cue_detector.domain import DetectionStatus, SessionDetection, SessionInput


@dataclass
class CrashingDetector:
    """Crashes on a session that contains "poison": always, or only once if `marker` is a path."""

    marker: Path | None = None
    """Created at the first crash."""
    name: str = "local"
    version: str = "crashing-1"

    def detect(self, sessions: Iterable[SessionInput]) -> Iterator[SessionDetection]:
        for session in sessions:
            is_poisoned = any("poison" in utterance.text for utterance in session.utterances)
            if is_poisoned and not (self.marker and self.marker.exists()):
                if self.marker:
                    self.marker.touch()
                os.kill(os.getpid(), signal.SIGKILL)
            yield SessionDetection(session.job_id, self.name, self.version, None, DetectionStatus.SUCCEEDED)
