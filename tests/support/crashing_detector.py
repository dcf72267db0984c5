"""A detector that kills the process it runs in, as an operating system short of memory would."""

import os
import signal
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from cue_detector.domain import DetectionStatus, SessionDetection, SessionInput


@dataclass
class DeadlyDetector:
    """Dies of a session in which "poison" is said: always, or only while `once` does not exist yet."""

    once: Path | None = None
    name: str = "local"
    version: str = "deadly-1"

    def detect(self, sessions: Iterable[SessionInput]) -> Iterator[SessionDetection]:
        """Yield a detection without cues per session."""
        for session in sessions:
            is_poisoned = any("poison" in utterance.text for utterance in session.utterances)
            if is_poisoned and not (self.once and self.once.exists()):
                if self.once:
                    self.once.touch()
                os.kill(os.getpid(), signal.SIGKILL)
            yield SessionDetection(session.job_id, self.name, self.version, None, DetectionStatus.SUCCEEDED)
