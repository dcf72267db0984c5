"""Runs the detector once in a separate process and prints the measurements as JSON."""

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
class DetectorRun:
    """Measurements of a run."""

    sessions: int
    utterances: int
    """Client utterances processed."""
    seconds: float
    """From the first query for pending sessions to the last session written, process start included."""
    requests: int
    tokens: int
    cpu_seconds: float
    """Of all processes of the detector, without Postgres."""
    megabytes: float
    """Peak resident memory of the main process, which reads and writes the database."""
    worker_megabytes: float
    """The same of its largest worker process; 0 without workers."""


def run_detector(**settings: object) -> DetectorRun:
    """Process all pending sessions. Raises RuntimeError when a session fails."""
    process = subprocess.run(
        [sys.executable, "-m", __name__, json.dumps(settings)], stdout=subprocess.PIPE, text=True, check=False
    )
    if process.returncode != 0:
        raise RuntimeError("the detector run failed, see its output above")
    return DetectorRun(**json.loads(process.stdout))


def main() -> int:
    """Run with the settings in the first argument (JSON)."""
    settings = CueSettings(**json.loads(sys.argv[1]))
    report = detect_pending(url(LoginRole.CUES), settings)
    if report.succeeded != report.sessions or report.used_fallback:
        print(report.summary(), file=sys.stderr)
        return 1
    run = DetectorRun(
        sessions=report.sessions,
        utterances=report.utterances,
        seconds=report.seconds,
        requests=report.requests,
        tokens=report.prompt_tokens + report.completion_tokens,
        cpu_seconds=sum(os.times()[:4]),
        megabytes=_megabytes(resource.RUSAGE_SELF),
        worker_megabytes=_megabytes(resource.RUSAGE_CHILDREN),
    )
    print(json.dumps(vars(run)))
    return 0


def _megabytes(who: int) -> float:
    peak = resource.getrusage(who).ru_maxrss
    return peak / 1024 if sys.platform != "darwin" else peak / 1024 / 1024


if __name__ == "__main__":
    sys.exit(main())
