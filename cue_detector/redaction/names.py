"""Personal names: known given names, and capitalised words that the text introduces as a name.

A capital letter is weak evidence ("May I", "Will you", "in Paris"). A word is a name if it is an unambiguous
given name, occurs in the position of a name ("my wife ...", "Dr ...", "Hi ...,"), or both.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import islice
from pathlib import Path

from cue_detector.redaction.patterns import Finding

_NAMES_FILE = Path(__file__).with_name("names.txt")
_WORD = re.compile(r"[^\W\d_]+(?:['-][^\W\d_]+)*")
_SENTENCE_BREAK = re.compile(r"[.!?:;\"\n\[\]]|--")

_NON_NAME_TEXT = """
    i i'm i'll i've i'd a an the and but or so well yes yeah yep no not nope okay ok sure right oh ah um uh mm
    hi hello hey there here again everyone everybody all guys folks friend friends sir madam ma'am doc doctor
    mom mum mommy mummy dad daddy mama papa mother father grandma grandpa grandmother grandfather granny nana
    aunt auntie uncle sister brother son daughter wife husband coach nurse officer boss honey dear love baby
    god lord jesus christ heaven goodness you he she we they it this that these those what when where why who
    how which my your his her our their if because as at by for from in into of on to with about then now just
    very really also maybe perhaps please thanks thank great good bad sorry mr mrs ms miss dr prof professor
    monday tuesday wednesday thursday friday saturday sunday january february march july
    september october november december christmas easter ramadan thanksgiving hanukkah halloween
    english spanish french german italian irish scottish welsh british american canadian mexican australian
    indian chinese japanese korean russian african asian european dutch polish turkish greek arabic hindi
    catholic christian muslim jewish hindu buddhist protestant
    netflix google facebook instagram alexa siri zoom youtube amazon uber tinder linkedin whatsapp tiktok
"""
_NON_NAMES = frozenset(_NON_NAME_TEXT.split())
_TITLE = (
    r"(?:dr|mr|mrs|ms|mx|prof|sgt|lt|capt|rev|fr|st)\.|(?:dr|mr|mrs|ms|mx|miss|prof|sgt|professor|doctor|sergeant|"
    r"officer|captain|lieutenant|detective|judge|nurse|coach|principal|reverend|pastor|rabbi|imam|sister|brother|"
    r"father|aunt|auntie|aunty|uncle|grandma|grandpa|granny|nana|senator|president|mayor|little|old|señor|señora|"
    r"madame|monsieur|herr|frau)"
)
_RELATIONSHIP = (
    r"(?:husband|wife|spouse|fianc[ée]e?|partner|boyfriend|girlfriend|ex|ex-husband|ex-wife|mother|father|mom|mum|dad|"
    r"sister|brother|son|daughter|kid|child|baby|boy|girl|cousin|niece|nephew|aunt|uncle|grandson|granddaughter|"
    r"stepson|stepdaughter|stepfather|stepmother|stepdad|stepmom|twin|in-law|friend|buddy|mate|roommate|flatmate|"
    r"neighbou?r|boss|manager|supervisor|colleague|co-?worker|teammate|assistant|teacher|tutor|mentor|sponsor|"
    r"therapist|counsell?or|coach|doctor|dentist|lawyer|solicitor|attorney|landlord|landlady|dog|cat)"
)
_DETERMINER = r"(?:my|his|her|our|their|your|the|a|an|\w+'s)"
_NAME_INTRODUCTION = re.compile(
    rf"(?:\b(?:{_TITLE})(?:\sand\s(?:{_TITLE}))?"
    r"|\bnames?(?:'s|\sis|\swas|\sare)|\bnamed(?:\s(?:him|her|them|it))?|\bknown\sas|\bgoes\sby|\bname\sof"
    r"|\b(?:is|was|girl|boy|guy|man|woman|lady|friend|person|colleague|someone|somebody|dog|cat)\scalled"
    r"|\bcalls?\s(?:me|him|her)|^signed,?"
    r"|\b(?:hi|hello|hey|good\s(?:morning|afternoon|evening))[,.!]?\s(?:there[,.!]?\s)?(?:i'm|i\sam|this\sis|it's)"
    rf"|\b{_DETERMINER}\s(?:\w+\s){{0,2}}?{_RELATIONSHIP},?)\s$",
    re.IGNORECASE,
)
_LOWER_CASE_TITLE = re.compile(r"\b(?:mr|mrs|ms)\.\s$")
"""The following word is a name in any letter case; without the dot, or after "dr.", it often is not."""
_GREETING = re.compile(
    r"\b(?:hi|hello|hey|dear|welcome(?:\sback)?|bye|goodbye|good\s(?:morning|afternoon|evening|night)|thanks|"
    r"thank\syou(?:\sso\smuch|\svery\smuch)?|cheers|nice\sto\smeet\syou|(?:good|nice|great)\sto\ssee\syou(?:\sagain)?)"
    r",?\s$",
    re.IGNORECASE,
)
_FORM_OF_ADDRESS = re.compile(
    r"(?:^|\b)(?:so|well|okay|ok|right|alright|now|yes|yeah|no|you|listen|look),\s$", re.I
)
_WEAK_INTRODUCTION = re.compile(
    rf"(?:\b(?:i'm|i\sam|this\sis|it's(?:\sme,)?|it\sis|are\syou|you're|here\sis|meet|"
    rf"{_RELATIONSHIP}(?:\s\w+){{0,3}}\s(?:is|was))|^)\s?$",
    re.IGNORECASE,
)
_VERB_WITH_PERSON = re.compile(
    r"\b(?:told|tell|asked|ask|met|married|marry|dating|dated|kissed|hugged|phoned|texted|promised|forgave|miss)\s$",
    re.I,
)
_VERB_OF_PERSON = re.compile(
    r"\s(?:said|says|told|tells|asked|asks|thinks|wants|wanted|hates|hated|loves|texted|phoned|promised|believes|"
    r"doesn't|didn't|knows|knew|smiled|laughed|cried|lives|yelled|shouted|apologi[sz]ed|and\s(?:I|me|my)\b)",
)
_FOLLOWED_BY_REQUEST = re.compile(
    r",\s(?:can|could|would|do|did|are|have|what|how|why|where|you|I|I'm|let's|please)\b"
)
_ARTICLE = re.compile(
    r"\b(?:a|an|the|my|your|his|her|our|their|this|that|some|every|no|of|san|santa|las|los|st\.)\s$", re.I
)
_PARTICLE_TEXT = "de la del della di da dos du van von der den ter bin ibn al el le"
_PARTICLES = frozenset(_PARTICLE_TEXT.split())
_SHORT_TITLES = frozenset({"dr", "mr", "mrs", "ms", "prof", "st", "sgt"})
"""The dot of these abbreviations does not end a sentence."""
# A possessive at the start of a sentence is a person with these words ("Frank's temper"), not with others
# ("Joy's gone").
_POSSESSIVE_NAMES = frozenset({"frank", "will", "rich", "drew", "rob", "sue", "pat", "jack", "mark"})


@dataclass(slots=True)
class _Token:
    start: int
    end: int
    text: str
    key: str
    section: str
    """Section of the names file that contains it, or ""."""
    is_capital: bool
    is_initial: bool
    is_name: bool = False


def find_names(text: str, known_names: frozenset[str] = frozenset()) -> list[Finding]:
    """Return the names in a text, first and last name as one finding; `known_names` are folded."""
    if not _has_candidate(_WORD.findall(text), known_names):
        return []
    tokens = _tokenise(text)
    capitals = sum(token.is_capital for token in tokens)
    is_headline = len(tokens) >= 4 and capitals > 0.6 * len(tokens)
    for token in tokens:
        token.is_name = _is_name(text, token, is_headline) or (token.is_capital and token.key in known_names)
    _extend_names(text, tokens)
    return list(_merge(text, tokens))


def introduced_names(texts: Iterable[str]) -> frozenset[str]:
    """Return the folded words that the texts of a session introduce as names.

    A word that also occurs in lower case is an ordinary word and is omitted.
    """
    texts = list(texts)
    introduced = {key for text in texts for key in _introduced_in(text)}
    if introduced:
        introduced -= {fold(word) for text in texts for word in _WORD.findall(text) if not word[0].isupper()}
    return frozenset(introduced)


def _introduced_in(text: str) -> Iterator[str]:
    """Yield the unlisted words that are introduced as names; the first word of a text never is."""
    for match in islice(_WORD.finditer(text), 1, None):
        word = match.group()
        if word[0].isupper() and _may_be_name(word):
            token = _token(match, is_initial=False)
            if len(token.key) > 2 and not token.section and _is_introduced(text, token):
                yield token.key


def _has_candidate(words: Sequence[str], known_names: frozenset[str]) -> bool:
    """Return whether any word may be a name; a fast check, because most texts contain none."""
    if known_names and not known_names.isdisjoint(map(fold, words)):
        return True
    # An unlisted first word is capitalised like any other and has no introduction.
    return any(map(_may_be_name, words[1:])) or bool(
        words and _may_be_name(words[0]) and _is_listed(words[0])
    )


@lru_cache(maxsize=50_000)
def _may_be_name(word: str) -> bool:
    key = fold(word)
    section = _section(key)
    if word[0].isupper():
        return bool(section) or key not in _NON_NAMES
    return section in ("also lower case", "capitalised") or key in ("mr", "mrs", "ms")


def _is_listed(word: str) -> bool:
    return bool(_section(fold(word))) or not word[0].isupper()


@lru_cache(maxsize=50_000)
def fold(word: str) -> str:
    """Return a word in lower case without accents and possessive, the form of the names file."""
    lower = word.casefold().removesuffix("'s")
    if lower.isascii():
        return lower
    return "".join(c for c in unicodedata.normalize("NFKD", lower) if not unicodedata.combining(c))


@cache
def _names() -> dict[str, str]:
    names: dict[str, str] = {}
    section = ""
    for line in _NAMES_FILE.read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            section = line.strip("[]")
        elif not line.startswith("#"):
            names.update(dict.fromkeys(line.split(), section))
    return names


@lru_cache(maxsize=50_000)
def _section(key: str) -> str:
    """Return the section of the names file for a word or a part of it ("Sa-Sarah", "Jean-Paul"), or ""."""
    known = _names()
    if key in known or "-" not in key:
        return known.get(key, "")
    return next((known[part] for part in key.split("-") if part in known), "")


def _tokenise(text: str) -> list[_Token]:
    tokens: list[_Token] = []
    previous_end = 0
    for match in _WORD.finditer(text):
        gap = text[previous_end : match.start()]
        is_initial = gap != " " and (previous_end == 0 or bool(_SENTENCE_BREAK.search(gap)))
        if is_initial and gap == ". " and tokens and tokens[-1].key in _SHORT_TITLES:
            is_initial = False
        tokens.append(_token(match, is_initial=is_initial))
        previous_end = match.end()
    return tokens


def _token(match: re.Match[str], *, is_initial: bool) -> _Token:
    word = match.group()
    key = fold(word)
    end = match.end() - (2 if word.endswith("'s") else 0)
    return _Token(match.start(), end, word, key, _section(key), word[0].isupper(), is_initial)


def _is_introduced(text: str, token: _Token) -> bool:
    if token.key in _NON_NAMES or not token.is_capital or (token.text.isupper() and len(token.text) < 3):
        return False
    window = max(0, token.start - 48)
    if _NAME_INTRODUCTION.search(text, window, token.start):
        return True
    is_phrase_end = text[token.end : token.end + 1] in {"", ",", ".", "!", "?"}
    return is_phrase_end and bool(_GREETING.search(text, window, token.start))


def _is_name(text: str, token: _Token, is_headline: bool) -> bool:
    section = token.section
    if not token.is_capital:
        window = max(0, token.start - 48)
        is_after_dot = text[token.start - 2 : token.start - 1] == "."
        if is_after_dot and _LOWER_CASE_TITLE.search(text, window, token.start):
            return token.key not in _NON_NAMES
        is_known = section and not section.startswith("also a")
        return section == "also lower case" or bool(
            is_known and _NAME_INTRODUCTION.search(text, window, token.start)
        )
    if section in ("also lower case", "capitalised") and token.key not in _NON_NAMES:
        return not (token.text.isupper() and len(token.text) < 4)
    if _is_introduced(text, token) and not token.text.isupper():
        return True
    if not section:
        return False
    return _is_name_in_context(text, token, section == "also a word" and not is_headline)


def _is_name_in_context(text: str, token: _Token, is_word: bool) -> bool:
    """Return whether a word that is a name as well as an ordinary word, a month or a place is a name here."""
    window = max(0, token.start - 48)
    after = text[token.end : token.end + 24]
    if _VERB_WITH_PERSON.search(text, window, token.start) or _VERB_OF_PERSON.match(after):
        return True
    if _FORM_OF_ADDRESS.search(text, window, token.start) and after[:1] in {"", ",", ".", "?", "!"}:
        return True
    if token.is_initial:
        possessed = after.startswith("'s ") and token.key in _POSSESSIVE_NAMES
        return is_word and (possessed or bool(_FOLLOWED_BY_REQUEST.match(after)))
    if _WEAK_INTRODUCTION.search(text, window, token.start) and after[:1] in {"", ",", ".", "?", "!"}:
        return is_word
    return is_word and not _ARTICLE.search(text, window, token.start)


def _extend_names(text: str, tokens: list[_Token]) -> None:
    """Extend names to adjacent surnames, initials and "X and Y"."""
    for i, token in enumerate(tokens):
        if not token.is_name:
            continue
        if text[token.end : token.end + 2] != "'s":
            _extend_to_surname(text, tokens, i)
        if i + 2 < len(tokens) and tokens[i + 1].text == "and" and _can_be_name(tokens[i + 2]):
            tokens[i + 2].is_name = text[tokens[i + 1].end : tokens[i + 2].start] == " "
        before = tokens[i - 1] if i else None
        if before and token.is_capital and _can_be_name(before) and text[before.end : token.start] == " ":
            before.is_name = len(before.key) > 2 and not re.fullmatch(_TITLE, before.text, re.IGNORECASE)


def _extend_to_surname(text: str, tokens: list[_Token], first: int) -> None:
    last = first
    for i in range(first + 1, min(first + 5, len(tokens))):
        gap = text[tokens[i - 1].end : tokens[i].start]
        if gap != " " and not (gap == ". " and len(tokens[i - 1].text) == 1):
            break
        if tokens[i].is_capital and tokens[i].key not in _NON_NAMES and tokens[first].is_capital:
            last = i
        elif tokens[i].text not in _PARTICLES:
            break
    for i in range(first + 1, last + 1):
        tokens[i].is_name = True


def _can_be_name(token: _Token) -> bool:
    is_known_otherwise = token.section in ("also a word", "also a place or thing")
    return (
        token.is_capital and not token.is_initial and token.key not in _NON_NAMES and not is_known_otherwise
    )


def _merge(text: str, tokens: list[_Token]) -> Iterable[Finding]:
    start = end = -1
    for token in tokens:
        if not token.is_name:
            continue
        if start >= 0 and text[end : token.start] in (" ", ". "):
            end = token.end
            continue
        if start >= 0:
            yield Finding(start, end, "name")
        start, end = token.start, token.end
    if start >= 0:
        yield Finding(start, end, "name")
