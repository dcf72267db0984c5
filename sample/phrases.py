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
    """One subject inside a topic: how a coach asks for it, what a client answers, and what then."""

    ask: Lines
    check: Lines
    after: Mapping[Tone, Lines]
    reply: Mapping[Tone, Lines]


@dataclass(frozen=True, slots=True)
class Topic:
    """What a client works on, with the people and the small steps that belong to it."""

    key: str
    title: str
    area: str
    people: Lines
    steps: Lines
    threads: tuple[Thread, ...]


@dataclass(frozen=True, slots=True)
class CueLines:
    """Client lines that carry one type of language cue."""

    lead: str
    """Name of the coach's list that leads to such a line."""
    sentiment: tuple[float, ...]
    """Scores (-1 to 1) that upstream may give such a line."""
    lines: Lines


@dataclass(frozen=True, slots=True)
class Library:
    """All sentences, by who says them and when."""

    topics: Mapping[str, Topic]
    coach: Mapping[str, Lines]
    client: Mapping[str, Mapping[Tone, Lines]]
    client_plain: Mapping[str, Lines]
    """Client lines that have no tone: back channels, undecided answers, spoken personal details."""
    cues: Mapping[str, CueLines]


@cache
def library() -> Library:
    """Read all texts once."""
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
    """Every line of one speaker, sorted, with its slots ({person}, {friend}, {step}, {day}, {n}) still open.

    For whoever needs believable text in bulk, such as the benchmarks.
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
    """What the coach says once the answer is heard; a hard answer's words fit a plain one too."""
    good, hard = tuple(raw["after_good"]), tuple(raw["after_hard"])
    return {"better": good, "same": hard, "worse": hard}


def _by_tone(raw: Mapping[str, Any]) -> dict[Tone, Lines]:
    return {tone: tuple(raw.get(tone, ())) for tone in TONES}


def _read(name: str) -> dict[str, Any]:
    with files("sample").joinpath("texts", f"{name}.toml").open("rb") as handle:
        return tomllib.load(handle)
