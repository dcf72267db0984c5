"""Draws the sample of client utterances for the manually labelled nine-cue set.

First round, before any rule existed: three strata, so that rare cue types occur. `word`: utterances with a
word that is typical of any cue type; `talk`: the remaining utterances with an expert label change or sustain;
`rest`: all others.

Second round, after the rules were written and before their confidences were calibrated: all remaining
utterances that a rule matched (`fresh_match`), and an equal number of others (`fresh_other`), in one list
without the matches.

The weight is 1, except for `fresh_other`, which also represents the utterances that were not drawn.
Back-channels are excluded, because detectors do not label them. The draw orders utterances by a hash of their
id, so it is reproducible.
"""

import hashlib
import re
from collections.abc import Collection

from cue_detector.text import is_backchannel
from tools.evaluation.annomi import ClientTurn

QUOTA = {"word": 480, "talk": 190, "rest": 130}
"""Sample size of each stratum of the first round."""

SECOND_ROUND_OTHERS = 206
"""Sample size of the stratum without a rule match in the second round."""

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
    """Return the part of a dialogue: development or check."""
    return "check" if _hash(f"half {dialogue}") % 2 else "development"


def draw_first_round(turns: list[ClientTurn]) -> dict[str, str]:
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


def draw_second_round(
    turns: list[ClientTurn], first_round: Collection[str], matched: Collection[str]
) -> dict[str, str]:
    """Return {utterance id: stratum} of the second round, in the order of `turns`.

    `first_round` are the ids of the first round, `matched` the ids that a rule matched at the time of the
    draw. The function documents that draw; the sample does not change with the rules.
    """
    remaining = [turn for turn in turns if turn.utterance_id not in first_round and stratum(turn)]
    others = sorted(
        (turn for turn in remaining if turn.utterance_id not in matched),
        key=lambda turn: _hash(turn.utterance_id),
    )
    drawn = {turn.utterance_id: "fresh_match" for turn in remaining if turn.utterance_id in matched}
    drawn |= {turn.utterance_id: "fresh_other" for turn in others[:SECOND_ROUND_OTHERS]}
    return {turn.utterance_id: drawn[turn.utterance_id] for turn in turns if turn.utterance_id in drawn}


def _hash(key: str) -> int:
    return int.from_bytes(hashlib.sha256(key.encode()).digest()[:8], "big")
