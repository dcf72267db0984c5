"""Personal data recognized by pattern: links, e-mail, postal addresses, id and phone numbers."""

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

import phonenumbers
from stdnum import iban, luhn


class Finding(NamedTuple):
    """A span of personal data in a text."""

    start: int
    end: int
    kind: str
    """Name of the placeholder: name, email, phone, id, address or link."""


PHONE_REGIONS = ("US", "GB", "AU", "NZ", "DE", "FR", "IN", "ZA")
"""Countries whose national number formats are recognized; other numbers need a country code."""

# Every quantifier is bounded, which bounds the time of a search in any text.
_EMAIL = re.compile(r"[\w.+'%-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}")
_SPOKEN_NAME = r"[a-z0-9]{1,40}(?:\s(?:dot|underscore|dash|hyphen|plus)\s[a-z0-9]{1,40}){0,4}"
_SPOKEN_TOP_LEVEL_DOMAIN = r"(?:com|org|net|edu|gov|io|co(?:\sdot\suk)?|de|fr|uk|nz|au|ca)"
_SPOKEN_EMAIL = re.compile(
    rf"\b{_SPOKEN_NAME}\sat\s[a-z0-9]{{1,40}}(?:\sdot\s[a-z0-9]{{1,40}}){{0,4}}?\sdot\s{_SPOKEN_TOP_LEVEL_DOMAIN}\b"
    r"|[\w.+-]{1,64}\s?[(\[]at[)\]]\s?[\w-]{1,63}(?:\s?(?:[(\[]dot[)\]]|\.)\s?[\w-]{1,63}){1,4}",
    re.IGNORECASE,
)

_TOP_LEVEL_DOMAINS = """
    com org net edu gov io co uk de fr es nl pl eu ca au nz za ie ch info biz blog app dev ai tv shop store
    site online cloud health coach life live page link news travel studio school academy tech xyz gg ly
"""
# Top-level domains that are also words: they need a path, so that a missing space does not form a link.
_WORD_TOP_LEVEL_DOMAINS = "me us in so is it to at be no my do am id la"
_DOMAIN = r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.){1,8}"
_LINK = re.compile(
    r"(?:https?://|ftp://|www\.)[^\s<>\"']{1,2000}"
    rf"|\b{_DOMAIN}(?:{'|'.join(_TOP_LEVEL_DOMAINS.split())})\b(?![.-]?\w)(?::\d{{1,5}})?(?:[/?#][^\s<>\"']{{0,2000}})?"
    rf"|\b{_DOMAIN}(?:{'|'.join(_WORD_TOP_LEVEL_DOMAINS.split())})/[^\s<>\"']{{0,2000}}"
    r"|\b\d{1,3}(?:\.\d{1,3}){3}(?::\d+)?\b",
    re.IGNORECASE,
)
_LINK_HINT = re.compile(r"\.\w|://|[wW]{3}\.")
"""Matches every text with a link; a fast check, because the search for links takes ten times longer."""
_SPOKEN_LINK = re.compile(
    r"\b(?:(?:www|w w w)\sdot\s)?(?:(?!(?:an?|it'?s|is|the|at|on|my|to|of|and|s)\b)[a-z0-9-]{1,40}\s){1,3}"
    r"dot\s(?:com|org|net|edu|co\sdot\suk)\b(?:\sslash\s\w+)*",
    re.IGNORECASE,
)
_HANDLE = re.compile(r"(?<![\w.@])@[A-Za-z_]\w{2,29}\b")

_STREET_KINDS = (
    r"(?:street|st|avenue|ave|av|road|rd|lane|ln|drive|dr|boulevard|blvd|court|ct|place|pl|terrace|close|"
    r"square|sq|way|crescent|cres|parkway|pkwy|highway|hwy|circle|cir|trail|row|walk|mews|grove|gardens|"
    r"hill|quay|wharf|alley|loop|plaza)"
)
_SIDE = r"(?:north|south|east|west|northeast|northwest|southeast|southwest|ne|nw|se|sw|n|s|e|w)"
_NON_STREET_WORDS = (
    "way|lane|miles?|km|minutes?|hours?|blocks?|houses?|the|by|on|down|more|busy|long|quiet|dirt"
)
_UNIT = r"(?:,?\s(?:(?i:apt|apartment|suite|ste|unit|flat|room|floor)\.?|\#)\s?\w{1,6}\b)"
_UK_POSTCODE = r"\b[A-Z]{1,2}\d[A-Z\d]?\s?\d[A-Z]{2}\b"
_TOWN = (
    r"(?:,\s(?:[A-Z][\w'.-]+\s?){1,3},\s[A-Z]{2}(?:\s\d{5}(?:-\d{4})?)?\b"
    rf"|,\s(?:(?:[A-Z][\w'.-]+\s?){{1,3}},?\s)?{_UK_POSTCODE}"
    r"|,\s\d{4,5}\s[A-Z]\w+)"
)
_ADDRESS = re.compile(
    # 12 Oak Lane; 3500 N Lake Shore Dr, Apt 4B; 1020 west 4th street
    rf"\b\d{{1,5}}[A-Za-z]?,?\s(?:(?i:{_SIDE})\.?\s)?(?:(?:[A-Z][\w'.-]*|\d{{1,3}}(?:st|nd|rd|th))\s){{1,4}}"
    rf"(?i:{_STREET_KINDS})\b(?:\s(?:NE|NW|SE|SW|N|S|E|W)\b)?{_UNIT}?{_TOWN}?"
    # 221b baker street, in lower-case transcripts
    rf"|\b\d{{1,5}}[a-z]?\s(?:{_SIDE}\s)?(?!(?:{_NON_STREET_WORDS})\b)[a-z]{{3,30}}\s(?:street|avenue|road|lane|boulevard)\b"
    r"|\b(?i:p\.?\s?o\.?\sbox)\s\d+"
    rf"|{_UK_POSTCODE}"
    # 8 rue de la Paix, Calle Mayor 5, Via Roma 3
    r"|\b\d{1,4},?\s(?i:rue|avenue|boulevard|place|chemin|impasse|allée|quai|cours)\s"
    r"(?:(?:de|du|des|la|le|les)\s|[dl]')*[A-Z]\w+"
    r"|\b(?:Calle|Avenida|Via|Viale|Piazza|Plaza|Rua)\s(?:(?:de|del|della|la|los|dos)\s)*[A-Z]\w+,?\s\d{1,4}\b"
    # Hauptstraße 12, 10115 Berlin
    r"|\b[A-Z]\w+(?:straße|strasse|str\.|weg|platz|allee|gasse|straat|laan)\s\d{1,4}[a-z]?\b(?:,\s\d{5}\s[A-Z]\w+)?"
    r"|\b[A-Z][\w'.-]+,?\s[A-Z]{2}\s\d{5}(?:-\d{4})?\b",
)
_LABELLED_POSTCODE = re.compile(
    r"\b(?:zip(?:\s?code)?|post(?:al\s|\s)?code)\b[^.?!\d]{0,20}?(\d[\d-]{3,9}|[A-Z]\d[A-Z]\s?\d[A-Z]\d)",
    re.IGNORECASE,
)

_ID_WORD = (
    r"(?:social(?:\ssecurity)?|ssn|sin|national\sinsurance|insurance|nhs|medicare|medicaid|medical\srecord|mrn|"
    r"passport|licen[cs]e(?:\splate)?|plate|permit|visa|(?:bank\s)?account|acct|routing|sort\scode|swift|iban|"
    r"credit\scard|debit\scard|card|pin|password|passcode|tax|case|docket|file|claim|policy|member(?:ship)?|"
    r"employee|staff|student|patient|customer|client|badge|reference|booking|confirmation|tracking|invoice|"
    r"order|serial|vin|imei|id)"
)
_LABELLED_ID = re.compile(
    rf"\b(?i:{_ID_WORD}(?P<number>\s(?:number|no\.?|id|code|\#))?(?:\s(?:is|was|here\sis|says))?(?:\s?[:,#])?)\s"
    r"(?P<value>[A-Za-z]{0,4}-?\d[A-Z\d]*(?:[/-][A-Z\d]+|\s[A-Z]{0,2}\d[A-Z\d]*|\s[A-Z]\b)*)\b"
    r"(?!\s?(?:dollars|euros|pounds|bucks|percent|%|times|people|years|days|hours|minutes|kilometers|miles))"
)
_YEAR = re.compile(r"(?:19|20)\d\d")
_ID_SHAPE = re.compile(
    r"\b\d{3}-\d{2}-\d{4}\b"  # United States social security
    r"|\b[A-Z]{2}\s?\d{2}\s?\d{2}\s?\d{2}\s?[A-D]\b"  # United Kingdom national insurance
    r"|(?<![\d$€£.,])\d{9,19}(?![\d.,]?\d)"  # prices, counts and years have fewer digits
)
_CARD = re.compile(r"(?<![\d.,$€£])\d(?:[ -]?\d){12,18}(?![\d.])")
_IBAN = re.compile(r"\b[A-Z]{2}\d{2}(?:\s?[A-Z0-9]{4}){2,7}(?:\s?[A-Z0-9]{1,3})?\b")

_PHONE = re.compile(
    r"(?<![\w.,$€£/-])(?:"
    r"(?:\+|00)\d{1,3}(?:[\s.-]?\(?\d{1,4}\)?){2,6}"
    r"|(?:1[\s.-])?\(?\d{3}\)?[\s.-]\d{3}[\s.-]\d{4}(?:\s?(?:x|ext\.?)\s?\d{1,6})?"
    r"|\d{3}-\d{4}"
    r"|0?\d{10}"
    r")(?![\w$€£/-]|[.,]\d)"
)
_DIGIT = re.compile(r"\d")
_MANY_DIGITS = re.compile(r"(?:\d\D{0,3}){7}")
_DATE = re.compile(r"\b(?:\d{1,4}[/.-]\d{1,2}[/.-]\d{1,4}|(?:19|20)\d\d\s?-\s?(?:19|20)\d\d)\b")
_DIGIT_NAMES = "zero oh o one two three four five six seven eight nine"
_DIGIT_WORDS = dict(zip(_DIGIT_NAMES.split(), "000123456789", strict=True))
_SPOKEN_DIGIT = rf"(?:(?:double|triple)\s)?(?:{'|'.join(_DIGIT_WORDS)})"
_SPOKEN_DIGITS = re.compile(rf"\b{_SPOKEN_DIGIT}(?:[\s,-]+{_SPOKEN_DIGIT}){{5,}}\b", re.IGNORECASE)
_TWO_SPOKEN_DIGITS = re.compile(rf"(?:{'|'.join(_DIGIT_WORDS)})[\s,-]+{_SPOKEN_DIGIT}")
"""For lower-case text; a faster check than the search for six digits."""


def find_patterns(text: str) -> Iterator[Finding]:
    """Yield every link, e-mail address, postal address, id and phone number; findings may overlap."""
    lower = text.lower()
    yield from _find_online(text, lower)
    if _DIGIT.search(text):
        yield from (Finding(m.start(), m.end(), "address") for m in _ADDRESS.finditer(text))
        yield from (Finding(*m.span(1), "address") for m in _LABELLED_POSTCODE.finditer(text))
        yield from _find_ids(text)
        yield from _find_phones(text)
    if _TWO_SPOKEN_DIGITS.search(lower):
        yield from _find_spoken_digits(text)


def _find_online(text: str, lower: str) -> Iterator[Finding]:
    if "@" in text:
        yield from (Finding(m.start(), m.end(), "email") for m in _EMAIL.finditer(text))
        yield from (Finding(m.start(), m.end(), "link") for m in _HANDLE.finditer(text))
    if _LINK_HINT.search(text):
        for match in _LINK.finditer(text):
            yield Finding(match.start(), match.start() + len(match.group().rstrip(".,;:!?)")), "link")
    if "at)" in lower or "at]" in lower or " dot " in lower:
        yield from (Finding(m.start(), m.end(), "email") for m in _SPOKEN_EMAIL.finditer(text))
    if " dot " in lower:
        yield from (Finding(m.start(), m.end(), "link") for m in _SPOKEN_LINK.finditer(text))


def _find_ids(text: str) -> Iterator[Finding]:
    for match in _LABELLED_ID.finditer(text):
        value = match.group("value")
        is_year = _YEAR.fullmatch(value) and not match.group("number")
        if len(_digits(value)) >= 4 and not is_year:
            yield Finding(*match.span("value"), "id")
    yield from (Finding(m.start(), m.end(), "id") for m in _ID_SHAPE.finditer(text))
    yield from (
        Finding(m.start(), m.end(), "id") for m in _CARD.finditer(text) if luhn.is_valid(_digits(m.group()))
    )
    for match in _IBAN.finditer(text):
        if iban.is_valid(match.group()):
            yield Finding(match.start(), match.end(), "id")


def _find_phones(text: str) -> Iterator[Finding]:
    yield from (
        Finding(m.start(), m.end(), "phone") for m in _PHONE.finditer(text) if not _DATE.search(m.group())
    )
    if not _MANY_DIGITS.search(text):
        return
    for region in PHONE_REGIONS:
        for match in phonenumbers.PhoneNumberMatcher(text, region, leniency=phonenumbers.Leniency.VALID):
            # Four or more groups without a leading 0 or + are a list of numbers, such as scores.
            is_list = len(re.findall(r"\d+", match.raw_string)) > 3 and match.raw_string[0] not in "0+("
            if not is_list and not _DATE.search(match.raw_string):
                yield Finding(match.start, match.end, "phone")


def _find_spoken_digits(text: str) -> Iterator[Finding]:
    for match in _SPOKEN_DIGITS.finditer(text):
        digits = [
            int(_DIGIT_WORDS[w]) for w in re.findall(r"[a-z]+", match.group().lower()) if w in _DIGIT_WORDS
        ]
        steps = {b - a for a, b in pairwise(digits)}
        if len(digits) >= 6 and steps not in ({1}, {-1}):  # counting up or down is not a phone number
            yield Finding(match.start(), match.end(), "phone")


def _digits(text: str) -> str:
    return "".join(c for c in text if c.isdigit())
