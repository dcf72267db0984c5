"""Brute-force reference implementation of session metrics.

Talk time is counted in ticks of half a second; all other metrics iterate over the utterances in order.
"""

from itertools import pairwise
from statistics import mean, median
from typing import Any

from tests.support.rows import Said

TICK = 0.5


def role_of(said: Said) -> str:
    """coach, client or other."""
    label = (said.speaker or "").strip().lower()
    return label if label in ("coach", "client") else "other"


def _end(said: Said) -> float:
    return max(said.start, said.end)


def _ticks(said: list[Said]) -> set[int]:
    return {t for s in said for t in range(round(s.start / TICK), round(_end(s) / TICK))}


def _share(part: float, whole: float) -> float | None:
    return 100 * part / whole if whole else None


def reference_metrics(said: list[Said]) -> dict[str, Any]:
    """Every metric of the talk-time and turn-taking families; None for unknown."""
    ordered = [s for _, s in sorted(enumerate(said), key=lambda pair: (pair[1].start, pair[0]))]
    of = {role: [s for s in ordered if role_of(s) == role] for role in ("coach", "client", "other")}
    total = max(s.end for s in said)
    talk = {role: len(_ticks(of[role])) * TICK for role in ("coach", "client")}
    result: dict[str, Any] = {
        "total_duration_seconds": max(total, 0),
        "silence_time_seconds": max(total, 0) - len(_ticks(ordered)) * TICK,
        "total_turns": len(ordered),
        **_between_utterances(ordered),
    }
    for role in ("coach", "client"):
        result |= {
            f"{role}_talk_time_seconds": talk[role],
            f"{role}_talk_percentage": _share(talk[role], total) or 0,
            f"{role}_speech_share": _share(talk[role], talk["coach"] + talk["client"]),
            f"{role}_turns": len(of[role]),
            f"average_turn_duration_{role}": mean(_end(s) - s.start for s in of[role]) if of[role] else None,
            f"longest_monologue_{role}_seconds": _longest_run(ordered, role),
        }
    return result


def _speaker(said: Said) -> str | None:
    return said.speaker.strip().lower() if said.speaker is not None else None


def _between_utterances(ordered: list[Said]) -> dict[str, Any]:
    switches, interrupting_roles = 0, []
    latencies: dict[str, list[float]] = {"coach": [], "client": []}
    for before, now in pairwise(ordered):
        if _speaker(before) == _speaker(now):
            continue
        switches += 1
        if now.start < _end(before):
            interrupting_roles.append(role_of(now))
        if {role_of(before), role_of(now)} == {"coach", "client"}:
            latencies[role_of(now)].append(max(0.0, now.start - _end(before)))
    result: dict[str, Any] = {
        "speaker_switch_count": switches,
        "interruption_count": len(interrupting_roles),
        "interruptions_by_coach": interrupting_roles.count("coach"),
        "interruptions_by_client": interrupting_roles.count("client"),
    }
    for role, known in latencies.items():
        result[f"{role}_response_latency_mean_seconds"] = mean(known) if known else None
        result[f"{role}_response_latency_median_seconds"] = median(known) if known else None
    return result


def _longest_run(ordered: list[Said], role: str) -> float | None:
    runs: list[list[Said]] = []
    for said in ordered:
        if runs and _speaker(runs[-1][-1]) == _speaker(said):
            runs[-1].append(said)
        else:
            runs.append([said])
    lengths = [max(_end(s) for s in run) - run[0].start for run in runs if role_of(run[0]) == role]
    return max(lengths) if lengths else None
