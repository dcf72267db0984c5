"""What came of a run, in numbers; nothing that was said."""

from dataclasses import dataclass

from cue_detector.domain import DetectionStatus
from cue_detector.store.detections import Result, Written


@dataclass
class RunReport:
    """Counts of one run."""

    detector: str | None = None
    """Who read, with its version; none when there was nothing to do."""
    sessions: int = 0
    """Sessions on the list."""
    succeeded: int = 0
    failed: int = 0
    deferred: int = 0
    """Left for the next run because a spending cap was reached."""
    used_fallback: int = 0
    """Of the succeeded: sessions in which the local detector stood in for the language model."""
    nothing_to_read: int = 0
    """Of the succeeded."""
    skipped: int = 0
    """Erased, replaced or read by another run meanwhile."""
    utterances: int = 0
    """Client utterances read."""
    cues: int = 0
    sentiments: int = 0
    requests: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0
    cached_utterances: int = 0
    cost_usd: float | None = None
    """None where no price is configured."""
    seconds: float = 0.0
    is_busy: bool = False
    """True when another run was at work for as long as this one would wait; it did nothing."""

    def count(self, result: Result, written: Written) -> None:
        """Add a session."""
        reading, detection = result.reading, result.reading.detection
        self.requests += detection.usage.requests
        self.prompt_tokens += detection.usage.prompt_tokens
        self.completion_tokens += detection.usage.completion_tokens
        self.cached_utterances += detection.usage.cached_utterances
        if detection.usage.cost_usd is not None:
            self.cost_usd = (self.cost_usd or 0.0) + detection.usage.cost_usd
        if written is not Written.STORED:
            self.skipped += 1
            return
        self.succeeded += detection.status is DetectionStatus.SUCCEEDED
        self.failed += detection.status is DetectionStatus.FAILED
        self.deferred += detection.status is DetectionStatus.DEFERRED
        self.used_fallback += detection.used_fallback
        self.nothing_to_read += reading.client_utterances is None
        self.utterances += reading.client_utterances or 0
        self.cues += len(detection.cues)
        self.sentiments += len(reading.sentiments)

    @property
    def done(self) -> int:
        """Sessions dealt with so far."""
        return self.succeeded + self.failed + self.deferred + self.skipped

    def is_healthy(self, max_failed_fraction: float) -> bool:
        """Tell whether no greater share of the sessions failed than is tolerable."""
        return self.failed <= max_failed_fraction * self.done

    def progress_line(self) -> str:
        """Return one line for whoever waits."""
        done = f"{self.done} of {self.sessions} sessions"
        return f"cue detection: {done}, {self._trouble()}{self.cues} cues so far"

    def summary(self) -> str:
        """Return one line for the end."""
        if self.is_busy:
            return "cue detection: another run is at work; nothing was done"
        asked = ""
        if self.requests or self.cached_utterances:
            tokens = self.prompt_tokens + self.completion_tokens
            cost = "" if self.cost_usd is None else f", {self.cost_usd:.4f} USD"
            asked = (
                f"; {self.requests} requests, {tokens} tokens{cost}, {self.cached_utterances} known answers"
            )
        return (
            f"cue detection: {self.succeeded} of {self.sessions} sessions read, {self._trouble()}"
            f"{self.utterances} client utterances, {self.cues} cues, {self.sentiments} sentiment scores"
            f"{asked}; {self.seconds:.1f} s"
        )

    def _trouble(self) -> str:
        counts = {
            "failed": self.failed,
            "waiting for the next run": self.deferred,
            "skipped": self.skipped,
            "by the local detector instead of the language model": self.used_fallback,
        }
        return "".join(f"{count} {what}, " for what, count in counts.items() if count)
