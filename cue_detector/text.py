"""Text functions shared by the detectors: back-channels, sentences, words."""

import re

_STRAIGHT_QUOTES = str.maketrans({"\u2019": "'", "\u2018": "'", "\u02bc": "'", "\u201c": '"', "\u201d": '"'})
_STAGE_NOTE = re.compile(r"\[[^\[\]]{0,80}\]")
_WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)*")
_SENTENCE = re.compile(r"[^.!?\n]+[.!?]*|[.!?]+")

_BACKCHANNEL_MAX_CHARACTERS = 80
_BACKCHANNEL_TEXT = """
    ah aha ahh alright erm gotcha hm hmm hmmm huh kay m mhm mm mmm mmhmm mmhm oh ohh ok okay okey ooh
    right so sure uh uhhuh uhm um umm well yea yeah yep yes yup
"""
_BACKCHANNEL_WORDS = frozenset(_BACKCHANNEL_TEXT.split())
# Phrases that are back-channels although their words are not.
_BACKCHANNEL_PHRASES = re.compile(r"\b(?:i see|got it|all right|fair enough|you know)\b")


def lowered(text: str) -> str:
    """Return the text in lower case with straight quotes; the length and all offsets are unchanged."""
    straight = text.translate(_STRAIGHT_QUOTES)
    lower = straight.lower()
    if len(lower) == len(straight):
        return lower
    return "".join(c if len(c.lower()) != 1 else c.lower() for c in straight)


def words(text: str) -> list[str]:
    """Return the words of a text in lower case, without punctuation and stage notes such as [laughs]."""
    return _WORD.findall(_STAGE_NOTE.sub(" ", lowered(text)))


def is_backchannel(text: str) -> bool:
    """Return whether an utterance is a back-channel ("yeah", "mm-hmm", "right") or has no words.

    A back-channel contains no cue and is never sent to a language model. "No" is not a back-channel.
    """
    if len(text) > _BACKCHANNEL_MAX_CHARACTERS:
        return not _WORD.search(text)
    joined = _BACKCHANNEL_PHRASES.sub(" ", " ".join(words(text)))
    return all(word in _BACKCHANNEL_WORDS for word in joined.split())


def sentence_spans(text: str) -> list[tuple[int, int]]:
    """Return start and end of each sentence, without surrounding white space; empty for a blank text."""
    spans = []
    for match in _SENTENCE.finditer(text):
        piece = match.group()
        start = match.start() + len(piece) - len(piece.lstrip())
        end = match.start() + len(piece.rstrip())
        if end > start:
            spans.append((start, end))
    return spans


def sentences(text: str) -> list[str]:
    """Return the sentences of a text; empty for a blank text."""
    return [text[start:end] for start, end in sentence_spans(text)]
