"""The sentences of the sample practice, read from the TOML files in `texts/`."""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Literal, get_args

Tone = Literal["better", "same", "worse"]
TONES: tuple[Tone, ...] = get_args(Tone)
Lines = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Thread:
    """One subject of a topic: the coach's questions, the client's replies and the coach's reactions."""

    ask: Lines
    check: Lines
    after: Mapping[Tone, Lines]
    reply: Mapping[Tone, Lines]


@dataclass(frozen=True, slots=True)
class Topic:
    """A coaching topic with the people and next steps that its lines mention."""

    key: str
    title: str
    area: str
    people: Lines
    steps: Lines
    threads: tuple[Thread, ...]


@dataclass(frozen=True, slots=True)
class CueLines:
    """Client lines that contain one type of language cue."""

    lead: str
    """Name of the coach's list from which the preceding line is chosen."""
    sentiment: tuple[float, ...]
    """Sentiment scores (-1 to 1) that upstream may assign to such a line."""
    lines: Lines


@dataclass(frozen=True, slots=True)
class Library:
    """All sentences by speaker and purpose."""

    topics: Mapping[str, Topic]
    coach: Mapping[str, Lines]
    client: Mapping[str, Mapping[Tone, Lines]]
    client_plain: Mapping[str, Lines]
    """Client lines without a tone: back channels, undecided replies, spoken personal details."""
    cues: Mapping[str, CueLines]


@cache
def library() -> Library:
    client = _read("client")
    return Library(
        topics={topic.key: topic for topic in _topics()},
        coach={name: tuple(lines) for name, lines in _read("coach").items()},
        client={name: _by_tone(value) for name, value in client.items() if isinstance(value, dict)},
        client_plain={name: tuple(value) for name, value in client.items() if isinstance(value, list)},
        cues={
            name: CueLines(value["lead"], tuple(value["sentiment"]), tuple(value["lines"]))
            for name, value in _read("cues").items()
        },
    )


def sentences(speaker: Literal["coach", "client"]) -> list[str]:
    """Return every line of one speaker, sorted; slots ({person}, {friend}, {step}, {day}, {n}) are unfilled.

    The benchmarks use the lines as realistic text.
    """
    texts = library()
    threads = [thread for topic in texts.topics.values() for thread in topic.threads]
    if speaker == "coach":
        found = {line for lines in texts.coach.values() for line in lines}
        found |= {line for thread in threads for line in (*thread.ask, *thread.check)}
        found |= {line for thread in threads for lines in thread.after.values() for line in lines}
    else:
        found = {line for lines in texts.client_plain.values() for line in lines}
        found |= {line for tones in texts.client.values() for lines in tones.values() for line in lines}
        found |= {line for cue in texts.cues.values() for line in cue.lines}
        found |= {line for thread in threads for lines in thread.reply.values() for line in lines}
    return sorted(found)


def _topics() -> Iterator[Topic]:
    for name in sorted(entry.name for entry in files("sample").joinpath("texts").iterdir()):
        if name.startswith("topic_"):
            raw = _read(name.removesuffix(".toml"))
            yield Topic(
                key=name.removeprefix("topic_").removesuffix(".toml"),
                title=raw["title"],
                area=raw["area"],
                people=tuple(raw["people"]),
                steps=tuple(raw["steps"]),
                threads=tuple(
                    Thread(tuple(t["ask"]), tuple(t["check"]), _after(t), _by_tone(t)) for t in raw["thread"]
                ),
            )


def _after(raw: Mapping[str, Any]) -> dict[Tone, Lines]:
    """Return the coach's reactions by tone of the reply; neutral replies get those to negative ones."""
    good, hard = tuple(raw["after_good"]), tuple(raw["after_hard"])
    return {"better": good, "same": hard, "worse": hard}


def _by_tone(raw: Mapping[str, Any]) -> dict[Tone, Lines]:
    return {tone: tuple(raw.get(tone, ())) for tone in TONES}


def _read(name: str) -> dict[str, Any]:
    with files("sample").joinpath("texts", f"{name}.toml").open("rb") as handle:
        return tomllib.load(handle)
