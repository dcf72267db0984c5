"""Generates the dialogue of one session, line by line, without timestamps."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from sample.deterministic_random import NonRepeatingChoice, SeededRandom
from sample.phrases import Lines, Thread, Tone, Topic, library
from sample.scenarios import Session
from sample.text import (
    SENTIMENT_SCORES,
    SentimentBudget,
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
"""A topic and one of its threads with its number."""

SHORT_SESSION_TURNS = 15
"""Sessions with fewer planned utterances are check-ins: greeting, one subject, next step, goodbye."""

_CLOSING_CUES = ("goal_setting", "commitment")
_CUES_WITH_MORE = ("breakthrough", "concern", "enthusiasm")
"""Cues after which the client adds further sentences."""
_REFERS_BACK = re.compile(r"\blast\b|\bsince (our|we)\b|since your", re.IGNORECASE)
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
    """Intended sentiment (-1 to 1)."""
    intent: Intent | None = None
    cue: str | None = None
    """Language cue that the line was written to contain."""
    is_back_channel: bool = False


@dataclass
class Client:
    """State of a coach-client pair across sessions: unused lines and the agreed next step."""

    line_choice: NonRepeatingChoice
    topics: tuple[str, ...]
    sessions: int = 0
    last_step: str | None = None


@dataclass
class _Dialogue:
    """The dialogue of a session while it is generated."""

    session: Session
    client: Client
    rng: SeededRandom
    lines: list[Line] = field(default_factory=list)

    def __post_init__(self) -> None:
        openness = self.session.openness
        self.client_words = WordBudget(5 + 26 * openness)
        self.coach_words = WordBudget(38 - 18 * openness)
        self.client_mood = SentimentBudget(self.session.mood, self.rng)
        self.coach_mood = SentimentBudget(0.2, self.rng)
        self.tone: Tone = "same"

    def coach_line(
        self, list_name: str, lines: Lines, values: Values, intent: Intent | None, first: str = ""
    ) -> None:
        """Append a coach line that begins with `first`, extended to the coach's share of the words."""
        allowed = self.coach_words.next()
        line_choice, texts = self.client.line_choice, library().coach
        text = fill(f"{first} {line_choice.next(list_name, lines)}".strip(), values)
        spare = allowed - word_count(text)
        if self.lines and spare > 24:
            text = f"{line_choice.next('teach', texts['teach'])} {text}"
        elif self.lines and spare > 8:
            lead = "affirm" if self.tone == "better" else "reflect"
            text = f"{line_choice.next(f'lead {lead}', texts[lead])} {text}"
        self.coach_words.spend(text)
        self._append(Line("coach", text, self.coach_mood.next((0.0, 0.5)), intent))

    def reply(self, kind: str, lines: Mapping[Tone, Lines], values: Values) -> None:
        """Append a client reply whose tone follows the session's mood and whose length its openness."""
        score = self.client_mood.next()
        self.tone = tone = tone_of(score)
        allowed = self.client_words.next()
        texts, line_choice = library().client, self.client.line_choice
        if allowed < 6 and kind != "close":
            text = line_choice.next(f"terse {tone}", texts["terse"][tone])
        else:
            head, *tail = split_sentences(line_choice.next(f"{kind} {tone}", lines[tone]))
            if kind in ("greet", "close"):
                # the halves of these lines can be combined freely
                tail = split_sentences(line_choice.next(f"{kind} {tone} tail", lines[tone]))[1:]
            text = fill(head, values)
            if kind == "more" and self.rng.bernoulli(0.6):
                text = (
                    f"{fill(line_choice.next('examples', library().client_plain['examples']), values)} {text}"
                )
            for sentence in tail:
                if word_count(text) + word_count(sentence) * 0.6 <= allowed:
                    text = f"{text} {fill(sentence, values)}"
            if self.rng.bernoulli(0.3):
                text = with_opener(text, self.rng)
            if kind != "close":
                text = self._longer(text, tone, allowed, values)
                if abs(score) == 1 and self.rng.bernoulli(0.5):
                    text = f"{text} {line_choice.next(f'strong {tone}', texts['strong'][tone])}"
        self.client_words.spend(text)
        self._append(Line("client", text, score))

    def client_cue(self, kind: str) -> None:
        """Append a leading coach line and a client line that contains the cue."""
        texts = library()
        found = texts.cues[kind]
        values = self.values(self.main_topic())
        if kind == "commitment":
            self.client.last_step = values["step"]
        self.coach_line(found.lead, texts.coach[found.lead], values, _INTENTS.get(found.lead))
        score = self.client_mood.next([choice for choice in SENTIMENT_SCORES if choice in found.sentiment])
        self.tone = tone_of(score)
        allowed = self.client_words.next()
        text = fill(self.client.line_choice.next(f"cue {kind}", found.lines), values)
        if kind in _CUES_WITH_MORE:
            text = self._longer(text, self.tone, allowed, values)
        self.client_words.spend(text)
        self._append(Line("client", text, score, cue=kind))

    def back_channel(self, speaker: Literal["coach", "client"]) -> None:
        """Append a back channel of the listener."""
        texts = library()
        words = texts.coach if speaker == "coach" else texts.client_plain
        budget = self.coach_words if speaker == "coach" else self.client_words
        budget.next()
        text = self.rng.choice(words["back_channels"])
        budget.spend(text)
        meter = self.coach_mood if speaker == "coach" else self.client_mood
        self._append(Line(speaker, text, meter.next((0.0,)), is_back_channel=True))

    def client_line(self, text: str) -> None:
        """Append a client line that is neither a reply nor a cue."""
        self.client_words.next()
        self.client_words.spend(text)
        self._append(Line("client", text, self.client_mood.next((0.0,))))

    def values(self, topic: Topic) -> Values:
        """Return values for the slots of one exchange."""
        return slots(self.rng, topic.people, topic.steps)

    def main_topic(self) -> Topic:
        """Return the topic that the session's next steps refer to."""
        return library().topics[(self.session.topics or self.client.topics)[0]]

    def _longer(self, text: str, tone: Tone, allowed: float, values: Values) -> str:
        more = library().client["more"][tone]
        while allowed - word_count(text) > 12:
            text = f"{text} {fill(self.client.line_choice.next(f'more {tone}', more), values)}"
        return text

    def _append(self, line: Line) -> None:
        self.lines.append(line)


def converse(session: Session, client: Client, rng: SeededRandom) -> list[Line]:
    """Return the lines of a session between the coach and `client`, in order."""
    dialogue = _Dialogue(session, client, rng)
    length = session.turns or rng.integer(34, 46)
    is_short = length < SHORT_SESSION_TURNS
    cues = _cue_plan(session, rng, is_short)
    closing = [kind for kind in _CLOSING_CUES for _ in range(cues.pop(kind, 0))]
    inside = rng.shuffled([kind for kind, count in cues.items() for _ in range(count)])
    _open(dialogue, is_short)
    threads = _threads(dialogue)
    number = 0
    while (
        len(dialogue.lines) < length - 2 * (len(inside) + len(closing)) - (2 if is_short else 5)
        or number == 0
    ):
        _thread(dialogue, threads[number % len(threads)], is_first=number == 0, is_short=is_short)
        number += 1
        if inside and not is_short:
            dialogue.client_cue(inside.pop())
    for kind in inside:
        dialogue.client_cue(kind)
    _close(dialogue, closing)
    client.sessions += 1
    return dialogue.lines


def _open(dialogue: _Dialogue, is_short: bool) -> None:
    texts = library()
    values = dialogue.values(dialogue.main_topic())
    greet = "greet" if dialogue.client.sessions else "greet_first"
    hello = dialogue.client.line_choice.next(greet, texts.coach[greet])
    dialogue.coach_line("arrive", texts.coach["arrive"], values, "question_open", first=hello)
    dialogue.reply(greet, texts.client[greet], values)
    if dialogue.client.last_step and not is_short:
        values = values | {"step": dialogue.client.last_step}
        dialogue.coach_line("review", texts.coach["review"], values, "question_open")
        dialogue.reply("review", texts.client["review"], values)


def _threads(dialogue: _Dialogue) -> list[_Subject]:
    """Return threads alternating between the session's topics, in random order within a topic."""
    topics = [library().topics[key] for key in dialogue.session.topics or dialogue.client.topics]
    threads_by_topic = [dialogue.rng.shuffled(list(enumerate(topic.threads))) for topic in topics]
    max_threads = max(len(threads) for threads in threads_by_topic)
    return [
        (topic, *list_name[turn])
        for turn in range(max_threads)
        for topic, list_name in zip(topics, threads_by_topic, strict=True)
        if turn < len(list_name)
    ]


def _thread(dialogue: _Dialogue, subject: _Subject, is_first: bool, is_short: bool) -> None:
    topic, number, thread = subject
    texts = library()
    values = dialogue.values(topic)
    list_name = f"{topic.key} {number}"
    bridge = "" if is_first else dialogue.client.line_choice.next("bridge", texts.coach["bridge"])
    if dialogue.client.sessions:
        dialogue.coach_line(f"{list_name} ask", thread.ask, values, "question_open", first=bridge)
    else:
        # before a first session nothing was agreed, so its questions must not refer back
        ask = tuple(line for line in thread.ask if not _REFERS_BACK.search(line)) or thread.ask
        dialogue.coach_line(f"{list_name} first ask", ask, values, "question_open", first=bridge)
    dialogue.reply(f"{list_name} reply", thread.reply, values)
    if is_short:
        return
    if dialogue.rng.bernoulli(0.12):
        dialogue.back_channel("coach")
    dialogue.coach_line(
        f"{list_name} after {dialogue.tone}", thread.after[dialogue.tone], values, "statement"
    )
    if dialogue.rng.bernoulli(0.1):
        dialogue.back_channel("client")
    if dialogue.rng.bernoulli(0.5):
        kind = "more_open" if dialogue.rng.bernoulli(0.65) else "more_closed"
        dialogue.coach_line(kind, texts.coach[kind], values, _INTENTS[kind])
    dialogue.reply("more", texts.client["more"], values)
    if dialogue.rng.bernoulli(0.55):
        dialogue.coach_line(f"{list_name} check", thread.check, values, "question_closed")
        dialogue.reply("confirm", texts.client["confirm"], values)


def _close(dialogue: _Dialogue, cues: list[str]) -> None:
    texts = library()
    values = dialogue.values(dialogue.main_topic())
    if dialogue.session.has_details:
        for line in texts.client_plain["details"]:
            dialogue.client_line(line)
    for kind in cues:
        dialogue.client_cue(kind)
    if "commitment" not in cues:
        dialogue.client.last_step = None
        dialogue.coach_line("plan", texts.coach["plan"], values, "question_open")
        dialogue.client_line(dialogue.client.line_choice.next("undecided", texts.client_plain["undecided"]))
    dialogue.coach_line("wrap", texts.coach["wrap"], values, "statement")
    dialogue.reply("close", texts.client["close"], values)


def _cue_plan(session: Session, rng: SeededRandom, is_short: bool) -> dict[str, int]:
    """Return the number of cues by type: those of the session, else derived from openness and mood."""
    openness, mood = session.openness, session.mood
    plan = {"commitment": 1} if openness > 0.3 else {}
    if not is_short:
        plan |= {"agreement": 1 if openness > 0.4 and rng.bernoulli(0.6) else 0}
        plan |= {"goal_setting": 1 if openness > 0.6 and rng.bernoulli(0.4) else 0}
        plan |= {"breakthrough": 1 if openness > 0.7 and mood > 0 and rng.bernoulli(0.35) else 0}
        plan |= {"enthusiasm": 1 if mood > 0.3 and rng.bernoulli(0.6) else 0}
        plan |= {"concern": 1 if rng.bernoulli(0.35 if mood > 0 else 0.7) else 0}
        plan |= {"doubt": 1 if mood < 0.1 and rng.bernoulli(0.6) else 0}
        plan |= {"deflection": 1 if openness < 0.35 and rng.bernoulli(0.7) else 0}
    return plan | dict(session.cues)
