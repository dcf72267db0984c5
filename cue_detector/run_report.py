"""Counts of a detection run; contains no utterance text."""

from dataclasses import dataclass

from cue_detector.domain import DetectionStatus
from cue_detector.store.detections import DetectionRecord, WriteOutcome


@dataclass
class RunReport:
    """Counts of one run."""

    detector: str | None = None
    """Name and version of the detector; None when no session was pending."""
    sessions: int = 0
    """Pending sessions at the start of the run."""
    succeeded: int = 0
    failed: int = 0
    deferred: int = 0
    """Postponed to the next run because a spending cap was reached."""
    used_fallback: int = 0
    """Succeeded sessions in which the local detector replaced the failed language model."""
    without_input: int = 0
    """Succeeded sessions without utterances to process."""
    skipped: int = 0
    """Erased, replaced or processed by another run in the meantime."""
    utterances: int = 0
    """Client utterances processed."""
    cues: int = 0
    sentiments: int = 0
    requests: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0
    cached_utterances: int = 0
    cost_usd: float | None = None
    """None where no price is configured."""
    seconds: float = 0.0
    lock_timed_out: bool = False
    """True when another run held the lock until the timeout; this run processed nothing."""

    def add(self, record: DetectionRecord, outcome: WriteOutcome) -> None:
        """Count a session."""
        result, detection = record.result, record.result.detection
        self.requests += detection.usage.requests
        self.prompt_tokens += detection.usage.prompt_tokens
        self.completion_tokens += detection.usage.completion_tokens
        self.cached_utterances += detection.usage.cached_utterances
        if detection.usage.cost_usd is not None:
            self.cost_usd = (self.cost_usd or 0.0) + detection.usage.cost_usd
        if outcome is not WriteOutcome.STORED:
            self.skipped += 1
            return
        self.succeeded += detection.status is DetectionStatus.SUCCEEDED
        self.failed += detection.status is DetectionStatus.FAILED
        self.deferred += detection.status is DetectionStatus.DEFERRED
        self.used_fallback += detection.used_fallback
        self.without_input += result.client_utterance_count is None
        self.utterances += result.client_utterance_count or 0
        self.cues += len(detection.cues)
        self.sentiments += len(result.sentiments)

    @property
    def completed(self) -> int:
        """Sessions completed so far, of any status."""
        return self.succeeded + self.failed + self.deferred + self.skipped

    def is_healthy(self, max_failed_fraction: float) -> bool:
        """Return whether the fraction of failed sessions is at most `max_failed_fraction` (0-1)."""
        return self.failed <= max_failed_fraction * self.completed

    def progress_line(self) -> str:
        """Return a log line for a run in progress."""
        return (
            f"cue detection: {self.completed} of {self.sessions} sessions, "
            f"{self._exceptional_counts()}{self.cues} cues so far"
        )

    def summary(self) -> str:
        """Return a log line for a completed run."""
        if self.lock_timed_out:
            return "cue detection: another run is in progress; no session was processed"
        usage = ""
        if self.requests or self.cached_utterances:
            tokens = self.prompt_tokens + self.completion_tokens
            cost = "" if self.cost_usd is None else f", {self.cost_usd:.4f} USD"
            usage = f"; {self.requests} requests, {tokens} tokens{cost}, {self.cached_utterances} cached"
        return (
            f"cue detection: {self.succeeded} of {self.sessions} sessions processed, "
            f"{self._exceptional_counts()}{self.utterances} client utterances, {self.cues} cues, "
            f"{self.sentiments} sentiment scores{usage}; {self.seconds:.1f} s"
        )

    def _exceptional_counts(self) -> str:
        counts = {
            "failed": self.failed,
            "deferred to the next run": self.deferred,
            "skipped": self.skipped,
            "with fallback to the local detector": self.used_fallback,
        }
        return "".join(f"{count} {label}, " for label, count in counts.items() if count)
