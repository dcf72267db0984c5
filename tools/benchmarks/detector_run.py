"""One run of the detector in a process of its own; prints what was measured as JSON."""

import json
import os
import resource
import subprocess
import sys
from dataclasses import dataclass

from cue_detector.run import detect_pending
from cue_detector.settings import CueSettings
from warehouse.connection import LoginRole, url


@dataclass(frozen=True)
class Ran:
    """What a run came to."""

    sessions: int
    utterances: int
    """Client utterances read."""
    seconds: float
    """From the first look at the list to the last session written, start of processes included."""
    requests: int
    tokens: int
    processor_seconds: float
    """Of all its processes, the database's not among them."""
    megabytes: float
    """Largest resident memory of the process that reads the database and writes to it."""
    worker_megabytes: float
    """The same of the largest process that it started; 0 without any."""


def measured(**settings: object) -> Ran:
    """Return what a run over all pending sessions came to; raises RuntimeError when a session failed."""
    done = subprocess.run(
        [sys.executable, "-m", __name__, json.dumps(settings)], stdout=subprocess.PIPE, text=True, check=False
    )
    if done.returncode != 0:
        raise RuntimeError("the detector's run failed; its messages stand above")
    return Ran(**json.loads(done.stdout))


def main() -> int:
    """Run once with the settings of the first argument."""
    settings = CueSettings(**json.loads(sys.argv[1]))
    report = detect_pending(url(LoginRole.CUES), settings)
    if report.succeeded != report.sessions or report.used_fallback:
        print(report.summary(), file=sys.stderr)
        return 1
    ran = Ran(
        sessions=report.sessions,
        utterances=report.utterances,
        seconds=report.seconds,
        requests=report.requests,
        tokens=report.prompt_tokens + report.completion_tokens,
        processor_seconds=sum(os.times()[:4]),
        megabytes=_megabytes(resource.RUSAGE_SELF),
        worker_megabytes=_megabytes(resource.RUSAGE_CHILDREN),
    )
    print(json.dumps(vars(ran)))
    return 0


def _megabytes(whose: int) -> float:
    peak = resource.getrusage(whose).ru_maxrss
    return peak / 1024 if sys.platform != "darwin" else peak / 1024 / 1024


if __name__ == "__main__":
    sys.exit(main())
