"""Assigns timestamps to lines: durations, pauses and overlaps, in seconds with three decimals."""

from dataclasses import dataclass
from decimal import Decimal

from sample.deterministic_random import SeededRandom
from sample.dialogue import Line
from sample.scenarios import Session
from sample.text import word_count

_MILLISECOND = Decimal("0.001")


@dataclass(frozen=True, slots=True)
class TimedLine:
    """A line with its start and end in the recording."""

    line: Line
    start: Decimal
    end: Decimal


def add_timestamps(lines: list[Line], session: Session, rng: SeededRandom) -> list[TimedLine]:
    """Return each line with start and end (seconds from the beginning), in order of start."""
    timed_lines: list[TimedLine] = []
    reversed_positions = _reversed_positions(lines, session.reversed_timestamps)
    last_end = rng.uniform(0.4, 2.0)
    previous_start = previous_end = 0.0
    for number, line in enumerate(lines):
        length = max(0.5, word_count(line.text) / rng.uniform(2.3, 3.1) + rng.uniform(0.1, 0.5))
        if line.is_back_channel and number:
            # overlaps the other speaker, who continues
            start = previous_start + (previous_end - previous_start) * rng.uniform(0.3, 0.8)
        elif number and line.speaker != lines[number - 1].speaker and rng.bernoulli(session.overlaps):
            start = last_end - rng.uniform(0.2, max(0.25, min(1.5, (last_end - previous_start) * 0.4)))
        else:
            start = last_end + _pause(line, lines[number - 1] if number else None, session, rng)
        start = max(start, previous_start + 0.05 if number else 0.0)
        end = start + length
        if number in reversed_positions:
            timed_lines.append(
                TimedLine(line, _seconds(start), _seconds(max(0.0, start - rng.uniform(0.2, 1.5))))
            )
        else:
            timed_lines.append(TimedLine(line, _seconds(start), _seconds(end)))
        previous_start, previous_end = start, end
        last_end = max(last_end, end)
    return timed_lines


def _pause(line: Line, previous: Line | None, session: Session, rng: SeededRandom) -> float:
    """Return the silence before a line in seconds; a less open client takes longer to reply."""
    if previous is None:
        return 0.0
    if line.speaker == previous.speaker:
        return rng.uniform(0.2, 0.9)
    if rng.bernoulli(0.04):
        return rng.uniform(4.0, 10.0)
    if line.speaker == "coach":
        return rng.uniform(0.3, 1.4)
    return rng.uniform(0.4, 1.8) + (1 - session.openness) * rng.uniform(0.0, 2.5)


def _reversed_positions(lines: list[Line], count: int) -> set[int]:
    """Return the positions of utterances that end before they start; never the last one."""
    return {(position + 1) * (len(lines) - 1) // (count + 1) for position in range(count)}


def _seconds(value: float) -> Decimal:
    return Decimal(value).quantize(_MILLISECOND)
