"""Small text helpers that every detector shares: back-channels, sentences, words."""

import re

_CURLY = str.maketrans({"\u2019": "'", "\u2018": "'", "\u02bc": "'", "\u201c": '"', "\u201d": '"'})
_STAGE_NOTE = re.compile(r"\[[^\[\]]{0,80}\]")
_WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)*")
_SENTENCE = re.compile(r"[^.!?\n]+[.!?]*|[.!?]+")

_BACKCHANNEL_MAX_CHARACTERS = 80
_BACKCHANNEL_TEXT = """
    ah aha ahh alright erm gotcha hm hmm hmmm huh kay m mhm mm mmm mmhmm mmhm oh ohh ok okay okey ooh
    right so sure uh uhhuh uhm um umm well yea yeah yep yes yup
"""
_BACKCHANNEL_WORDS = frozenset(_BACKCHANNEL_TEXT.split())
# Words that say something alone but nothing in these set phrases.
_PHRASES = re.compile(r"\b(?:i see|got it|all right|fair enough|you know)\b")


def lowered(text: str) -> str:
    """Return the text in lower case with straight quotes, of the same length, so that spans still fit."""
    straight = text.translate(_CURLY)
    lower = straight.lower()
    if len(lower) == len(straight):
        return lower
    return "".join(c if len(c.lower()) != 1 else c.lower() for c in straight)


def words(text: str) -> list[str]:
    """Return the words of a text in lower case; punctuation and stage notes such as [laughs] are dropped."""
    return _WORD.findall(_STAGE_NOTE.sub(" ", lowered(text)))


def is_backchannel(text: str) -> bool:
    """Tell whether an utterance only keeps the talk going ("yeah", "mm-hmm", "right"), or has no words.

    Such an utterance carries no cue and is never sent to a language model. A bare "no" is an answer,
    not a back-channel.
    """
    if len(text) > _BACKCHANNEL_MAX_CHARACTERS:
        return not _WORD.search(text)
    joined = _PHRASES.sub(" ", " ".join(words(text)))
    return all(word in _BACKCHANNEL_WORDS for word in joined.split())


def sentence_spans(text: str) -> list[tuple[int, int]]:
    """Return start and end of each sentence in order, trimmed of white space; none for a blank text."""
    spans = []
    for match in _SENTENCE.finditer(text):
        piece = match.group()
        start = match.start() + len(piece) - len(piece.lstrip())
        end = match.start() + len(piece.rstrip())
        if end > start:
            spans.append((start, end))
    return spans


def sentences(text: str) -> list[str]:
    """Return the sentences of a text in order; none for a blank text."""
    return [text[start:end] for start, end in sentence_spans(text)]
