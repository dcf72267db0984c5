"""When each line is said: pauses, breath, people who break in. Seconds with three decimals."""

from dataclasses import dataclass
from decimal import Decimal

from sample.deterministic_random import SeededRandom
from sample.dialogue import Line
from sample.scenarios import Session
from sample.text import word_count

_MILLISECOND = Decimal("0.001")


@dataclass(frozen=True, slots=True)
class Timed:
    """A line with its place in the recording."""

    line: Line
    start: Decimal
    end: Decimal


def with_times(lines: list[Line], session: Session, dice: SeededRandom) -> list[Timed]:
    """Give each line its start and end (seconds from the beginning of the recording), in order of start."""
    timed: list[Timed] = []
    broken = _broken(lines, session.broken_times)
    reached = dice.between(0.4, 2.0)
    previous_start = previous_end = 0.0
    for number, line in enumerate(lines):
        length = max(0.5, word_count(line.text) / dice.between(2.3, 3.1) + dice.between(0.1, 0.5))
        if line.is_back_channel and number:
            # said into the other's talk, who does not stop for it
            start = previous_start + (previous_end - previous_start) * dice.between(0.3, 0.8)
        elif number and line.speaker != lines[number - 1].speaker and dice.happens(session.overlaps):
            start = reached - dice.between(0.2, max(0.25, min(1.5, (reached - previous_start) * 0.4)))
        else:
            start = reached + _pause(line, lines[number - 1] if number else None, session, dice)
        start = max(start, previous_start + 0.05 if number else 0.0)
        end = start + length
        if number in broken:
            timed.append(Timed(line, _seconds(start), _seconds(max(0.0, start - dice.between(0.2, 1.5)))))
        else:
            timed.append(Timed(line, _seconds(start), _seconds(end)))
        previous_start, previous_end = start, end
        reached = max(reached, end)
    return timed


def _pause(line: Line, previous: Line | None, session: Session, dice: SeededRandom) -> float:
    """Seconds of silence before a line: a client who holds back takes longer to answer."""
    if previous is None:
        return 0.0
    if line.speaker == previous.speaker:
        return dice.between(0.2, 0.9)
    if dice.happens(0.04):
        return dice.between(4.0, 10.0)
    if line.speaker == "coach":
        return dice.between(0.3, 1.4)
    return dice.between(0.4, 1.8) + (1 - session.openness) * dice.between(0.0, 2.5)


def _broken(lines: list[Line], count: int) -> set[int]:
    """Places of the utterances that end before they start, spread over the session, never the last one."""
    return {(place + 1) * (len(lines) - 1) // (count + 1) for place in range(count)}


def _seconds(value: float) -> Decimal:
    return Decimal(value).quantize(_MILLISECOND)
