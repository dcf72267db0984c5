"""What coach and client say in one session, line by line, without times."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from sample.deterministic_random import Deck, SeededRandom
from sample.phrases import Lines, Thread, Tone, Topic, library
from sample.scenarios import Session
from sample.text import (
    SENTIMENT_SCORES,
    MoodMeter,
    WordBudget,
    fill,
    slots,
    split_sentences,
    tone_of,
    with_opener,
    word_count,
)

Intent = Literal["question_open", "question_closed", "statement"]
Values = dict[str, str]
_Subject = tuple[Topic, int, Thread]
"""A topic, and one of its threads with its number."""

SHORT_TALK = 15
"""Sessions planned with fewer utterances are check-ins: greeting, one subject, next step, goodbye."""

_CLOSING_CUES = ("goal_setting", "commitment")
_CUES_WITH_MORE = ("breakthrough", "concern", "enthusiasm")
"""Cues after which a client goes on talking; after the others it is left at that."""
_LOOKS_BACK = re.compile(r"\blast\b|\bsince (our|we)\b|since your", re.IGNORECASE)
_INTENTS: Mapping[str, Intent] = {
    "more_open": "question_open",
    "more_closed": "question_closed",
    "plan": "question_open",
    "joy": "question_open",
    "worry": "question_open",
    "probe": "question_open",
    "reflect": "statement",
}


@dataclass(frozen=True, slots=True)
class Line:
    """One utterance without its times."""

    speaker: Literal["coach", "client"]
    text: str
    score: float
    """The sentiment (-1 to 1) that the line was written with."""
    intent: Intent | None = None
    cue: str | None = None
    """The language cue that the line was written to carry."""
    is_back_channel: bool = False


@dataclass
class Client:
    """What lasts from one session of a pair to the next: the lines not used yet and the step agreed on."""

    deck: Deck
    topics: tuple[str, ...]
    sessions: int = 0
    last_step: str | None = None


@dataclass
class _Talk:
    """A session in the making."""

    session: Session
    client: Client
    dice: SeededRandom
    lines: list[Line] = field(default_factory=list)

    def __post_init__(self) -> None:
        openness = self.session.openness
        self.client_words = WordBudget(5 + 26 * openness)
        self.coach_words = WordBudget(38 - 18 * openness)
        self.client_mood = MoodMeter(self.session.mood, self.dice)
        self.coach_mood = MoodMeter(0.2, self.dice)
        self.tone: Tone = "same"

    def coach(self, pile: str, cards: Lines, values: Values, intent: Intent | None, first: str = "") -> None:
        """The coach says a line, with the words `first` or as much talk as is the coach's share before it."""
        allowed = self.coach_words.next()
        deck, texts = self.client.deck, library().coach
        text = fill(f"{first} {deck.deal(pile, cards)}".strip(), values)
        spare = allowed - word_count(text)
        if self.lines and spare > 24:
            text = f"{deck.deal('teach', texts['teach'])} {text}"
        elif self.lines and spare > 8:
            lead = "affirm" if self.tone == "better" else "reflect"
            text = f"{deck.deal(f'lead {lead}', texts[lead])} {text}"
        self.coach_words.spend(text)
        self._say(Line("coach", text, self.coach_mood.next((0.0, 0.5)), intent))

    def answer(self, kind: str, cards: Mapping[Tone, Lines], values: Values) -> None:
        """The client answers in the tone that the session's mood asks for, at the length it allows."""
        score = self.client_mood.next()
        self.tone = tone = tone_of(score)
        allowed = self.client_words.next()
        texts, deck = library().client, self.client.deck
        if allowed < 6 and kind != "close":
            text = deck.deal(f"terse {tone}", texts["terse"][tone])
        else:
            head, *tail = split_sentences(deck.deal(f"{kind} {tone}", cards[tone]))
            if kind in ("greet", "close"):
                # any second half fits any first one
                tail = split_sentences(deck.deal(f"{kind} {tone} tail", cards[tone]))[1:]
            text = fill(head, values)
            if kind == "more" and self.dice.happens(0.6):
                text = f"{fill(deck.deal('examples', library().client_plain['examples']), values)} {text}"
            for sentence in tail:
                if word_count(text) + word_count(sentence) * 0.6 <= allowed:
                    text = f"{text} {fill(sentence, values)}"
            if self.dice.happens(0.3):
                text = with_opener(text, self.dice)
            if kind != "close":
                text = self._longer(text, tone, allowed, values)
                if abs(score) == 1 and self.dice.happens(0.5):
                    text = f"{text} {deck.deal(f'strong {tone}', texts['strong'][tone])}"
        self.client_words.spend(text)
        self._say(Line("client", text, score))

    def cue(self, kind: str) -> None:
        """The coach leads up to it, and the client says a line that carries the cue."""
        texts = library()
        found = texts.cues[kind]
        values = self.values(self.main_topic())
        if kind == "commitment":
            self.client.last_step = values["step"]
        self.coach(found.lead, texts.coach[found.lead], values, _INTENTS.get(found.lead))
        score = self.client_mood.next([choice for choice in SENTIMENT_SCORES if choice in found.sentiment])
        self.tone = tone_of(score)
        allowed = self.client_words.next()
        text = fill(self.client.deck.deal(f"cue {kind}", found.lines), values)
        if kind in _CUES_WITH_MORE:
            text = self._longer(text, self.tone, allowed, values)
        self.client_words.spend(text)
        self._say(Line("client", text, score, cue=kind))

    def back_channel(self, speaker: Literal["coach", "client"]) -> None:
        """A short sound of listening, while the other one speaks."""
        texts = library()
        words = texts.coach if speaker == "coach" else texts.client_plain
        budget = self.coach_words if speaker == "coach" else self.client_words
        budget.next()
        text = self.dice.pick(words["back_channels"])
        budget.spend(text)
        meter = self.coach_mood if speaker == "coach" else self.client_mood
        self._say(Line(speaker, text, meter.next((0.0,)), is_back_channel=True))

    def plain(self, text: str) -> None:
        """The client says a line that is neither answer nor cue."""
        self.client_words.next()
        self.client_words.spend(text)
        self._say(Line("client", text, self.client_mood.next((0.0,))))

    def values(self, topic: Topic) -> Values:
        """Values for the slots of one exchange."""
        return slots(self.dice, topic.people, topic.steps)

    def main_topic(self) -> Topic:
        """The topic that the session's steps are about."""
        return library().topics[(self.session.topics or self.client.topics)[0]]

    def _longer(self, text: str, tone: Tone, allowed: float, values: Values) -> str:
        more = library().client["more"][tone]
        while allowed - word_count(text) > 12:
            text = f"{text} {fill(self.client.deck.deal(f'more {tone}', more), values)}"
        return text

    def _say(self, line: Line) -> None:
        self.lines.append(line)


def converse(session: Session, client: Client, dice: SeededRandom) -> list[Line]:
    """The lines of a session between the coach and `client`, in order."""
    talk = _Talk(session, client, dice)
    length = session.turns or dice.whole(34, 46)
    is_short = length < SHORT_TALK
    cues = _cue_plan(session, dice, is_short)
    closing = [kind for kind in _CLOSING_CUES for _ in range(cues.pop(kind, 0))]
    inside = dice.shuffled([kind for kind, count in cues.items() for _ in range(count)])
    _open(talk, is_short)
    threads = _threads(talk)
    number = 0
    while len(talk.lines) < length - 2 * (len(inside) + len(closing)) - (2 if is_short else 5) or number == 0:
        _thread(talk, threads[number % len(threads)], is_first=number == 0, is_short=is_short)
        number += 1
        if inside and not is_short:
            talk.cue(inside.pop())
    for kind in inside:
        talk.cue(kind)
    _close(talk, closing)
    client.sessions += 1
    return talk.lines


def _open(talk: _Talk, is_short: bool) -> None:
    texts = library()
    values = talk.values(talk.main_topic())
    greet = "greet" if talk.client.sessions else "greet_first"
    hello = talk.client.deck.deal(greet, texts.coach[greet])
    talk.coach("arrive", texts.coach["arrive"], values, "question_open", first=hello)
    talk.answer(greet, texts.client[greet], values)
    if talk.client.last_step and not is_short:
        values = values | {"step": talk.client.last_step}
        talk.coach("review", texts.coach["review"], values, "question_open")
        talk.answer("review", texts.client["review"], values)


def _threads(talk: _Talk) -> list[_Subject]:
    """Threads of the session's topics in turn, each topic's in an order of chance."""
    topics = [library().topics[key] for key in talk.session.topics or talk.client.topics]
    piles = [talk.dice.shuffled(list(enumerate(topic.threads))) for topic in topics]
    longest = max(len(pile) for pile in piles)
    return [
        (topic, *pile[turn])
        for turn in range(longest)
        for topic, pile in zip(topics, piles, strict=True)
        if turn < len(pile)
    ]


def _thread(talk: _Talk, subject: _Subject, is_first: bool, is_short: bool) -> None:
    topic, number, thread = subject
    texts = library()
    values = talk.values(topic)
    pile = f"{topic.key} {number}"
    bridge = "" if is_first else talk.client.deck.deal("bridge", texts.coach["bridge"])
    if talk.client.sessions:
        talk.coach(f"{pile} ask", thread.ask, values, "question_open", first=bridge)
    else:
        # nothing was agreed before a first session, so no question may look back at it
        ask = tuple(line for line in thread.ask if not _LOOKS_BACK.search(line)) or thread.ask
        talk.coach(f"{pile} first ask", ask, values, "question_open", first=bridge)
    talk.answer(f"{pile} reply", thread.reply, values)
    if is_short:
        return
    if talk.dice.happens(0.12):
        talk.back_channel("coach")
    talk.coach(f"{pile} after {talk.tone}", thread.after[talk.tone], values, "statement")
    if talk.dice.happens(0.1):
        talk.back_channel("client")
    if talk.dice.happens(0.5):
        kind = "more_open" if talk.dice.happens(0.65) else "more_closed"
        talk.coach(kind, texts.coach[kind], values, _INTENTS[kind])
    talk.answer("more", texts.client["more"], values)
    if talk.dice.happens(0.55):
        talk.coach(f"{pile} check", thread.check, values, "question_closed")
        talk.answer("confirm", texts.client["confirm"], values)


def _close(talk: _Talk, cues: list[str]) -> None:
    texts = library()
    values = talk.values(talk.main_topic())
    if talk.session.has_details:
        for line in texts.client_plain["details"]:
            talk.plain(line)
    for kind in cues:
        talk.cue(kind)
    if "commitment" not in cues:
        talk.client.last_step = None
        talk.coach("plan", texts.coach["plan"], values, "question_open")
        talk.plain(talk.client.deck.deal("undecided", texts.client_plain["undecided"]))
    talk.coach("wrap", texts.coach["wrap"], values, "statement")
    talk.answer("close", texts.client["close"], values)


def _cue_plan(session: Session, dice: SeededRandom, is_short: bool) -> dict[str, int]:
    """How many cues of each type: those that the plan names, and what openness and mood suggest."""
    openness, mood = session.openness, session.mood
    plan = {"commitment": 1} if openness > 0.3 else {}
    if not is_short:
        plan |= {"agreement": 1 if openness > 0.4 and dice.happens(0.6) else 0}
        plan |= {"goal_setting": 1 if openness > 0.6 and dice.happens(0.4) else 0}
        plan |= {"breakthrough": 1 if openness > 0.7 and mood > 0 and dice.happens(0.35) else 0}
        plan |= {"enthusiasm": 1 if mood > 0.3 and dice.happens(0.6) else 0}
        plan |= {"concern": 1 if dice.happens(0.35 if mood > 0 else 0.7) else 0}
        plan |= {"doubt": 1 if mood < 0.1 and dice.happens(0.6) else 0}
        plan |= {"deflection": 1 if openness < 0.35 and dice.happens(0.7) else 0}
    return plan | dict(session.cues)
