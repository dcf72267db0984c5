"""Draws the client utterances that were labelled by hand for the nine-cue set (ADR 0021).

First round, before any rule existed. Three strata, so that rare cue types appear: utterances with a word that
any of the nine cues might use, then the rest that experts called change or sustain talk, then all others.

Second round, after the rules were written and before their confidences were measured: of the utterances not
read yet, all that some rule then matched, and as many others, in one list without saying which is which.

With weight 1 for what was read and the rest's share for `fresh_other`, the set stands for all client
utterances of the dialogues that are no back-channels.

Back-channels are left out: no detector labels them. The draw is a hash of the utterance's id: the same on any
machine.
"""

import hashlib
import re
from collections.abc import Collection

from cue_detector.text import is_backchannel
from tools.evaluation.annomi import ClientTurn

QUOTA = {"word": 480, "talk": 190, "rest": 130}
"""How many utterances each stratum of the first round gives."""

FRESH_OTHERS = 206
"""How many utterances without a match the second round gives."""

_ANY_CUE_WORD = re.compile(
    r"(?i)\b(?:wow|love|great|awesome|excited|proud|amazing|cool|fun|happy|hope|realiz|realis|never thought|"
    r"hadn't|didn't know|makes sense|worr|afraid|scare|scary|nervous|anxious|concern|what if|fear|stress|"
    r"will|i'll|gonna|going to|plan|goal|promise|commit|ready|willing|start|quit|tomorrow|next week|by the|"
    r"can't|won't|don't want|don't need|don't think|not going|no way|nothing|whatever|anyway|fine|"
    r"don't know|not sure|maybe|guess|might|doubt|hard to|exactly|absolutely|definitely|totally|"
    r"that's true|that's right|sounds good|agree|of course|why should|talk about|my business|"
    r"everyone|everybody)"
)


def stratum(turn: ClientTurn) -> str | None:
    """Return the stratum of a client utterance, or None for a back-channel."""
    if is_backchannel(turn.text):
        return None
    if _ANY_CUE_WORD.search(turn.text.replace("\u2019", "'")):
        return "word"
    return "rest" if turn.label == "neutral" else "talk"


def part_of(dialogue: str) -> str:
    """Return the part of the set that a dialogue belongs to: development or check."""
    return "check" if _hash(f"half {dialogue}") % 2 else "development"


def draw(turns: list[ClientTurn]) -> dict[str, str]:
    """Return {utterance id: stratum} of the first round, in the order of `turns`."""
    strata: dict[str, list[ClientTurn]] = {name: [] for name in QUOTA}
    for turn in turns:
        name = stratum(turn)
        if name is not None:
            strata[name].append(turn)
    drawn: dict[str, str] = {}
    for name, members in strata.items():
        members.sort(key=lambda turn: _hash(turn.utterance_id))
        drawn |= {turn.utterance_id: name for turn in members[: QUOTA[name]]}
    return {turn.utterance_id: drawn[turn.utterance_id] for turn in turns if turn.utterance_id in drawn}


def draw_fresh(turns: list[ClientTurn], read: Collection[str], matched: Collection[str]) -> dict[str, str]:
    """Return {utterance id: stratum} of the second round, in the order of `turns`.

    `read` are the ids of the first round, `matched` those that a rule matched when the round was drawn: it
    documents how that round came about, and is not drawn again when a rule changes.
    """
    fresh = [turn for turn in turns if turn.utterance_id not in read and stratum(turn)]
    others = sorted(
        (turn for turn in fresh if turn.utterance_id not in matched),
        key=lambda turn: _hash(turn.utterance_id),
    )
    drawn = {turn.utterance_id: "fresh_match" for turn in fresh if turn.utterance_id in matched}
    drawn |= {turn.utterance_id: "fresh_other" for turn in others[:FRESH_OTHERS]}
    return {turn.utterance_id: drawn[turn.utterance_id] for turn in turns if turn.utterance_id in drawn}


def _hash(key: str) -> int:
    return int.from_bytes(hashlib.sha256(key.encode()).digest()[:8], "big")
