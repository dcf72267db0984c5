"""Generates `names.txt` from the given names of the Faker project.

    uv run --with faker python -m cue_detector.redaction.build_names /usr/share/dict/american-english

The file is committed, so that redaction changes only on purpose. The argument is a list of English words, one
per line; it separates names that are also words.
"""

import importlib
import sys
import textwrap
import unicodedata
from collections.abc import Iterable, Iterator
from pathlib import Path

NAMES_FILE = Path(__file__).with_name("names.txt")

_LOCALES = """
    en_US en_GB en_IE en_NZ en_IN en_PK en_KE en_NG es_ES es_MX es_CO es_AR fr_FR fr_BE fr_CA de_DE de_AT
    it_IT pt_BR pt_PT nl_NL sv_SE da_DK no_NO fi_FI pl_PL cs_CZ sk_SK tr_TR id_ID ro_RO hr_HR hu_HU yo_NG
    ig_NG ha_NG zu_ZA tw_GH sw
"""
_ENGLISH = {"en_US", "en_GB", "en_IE", "en_NZ"}
# Given names that are also English words, but are names whenever they are capitalised.
_NAMES_FIRST = """
    abbey amir beau billy bob bobby brad brandy bonnie carol clement colleen dale dean derrick dieter dirk
    don duke earl eddy eve gene glen gunner harry hector isaac jasmine jasper jimmy john josh juan ken lance
    lee lily marina maria martin mason max meg mike nick noel peter phoebe randy rick robin roger ruby sally
    sandy sherry sonny stein terry tom tony troy victor viola warren wolfram cal chad curt beryl crystal
    flora heather hazel holly iris ivy jade daisy dolly ester gunther jay marten matts patty peggy piper
    polly ronnie matt mickey deb ed barb gabby rosemary serge sierra tanner violet
"""
_NICKNAMES = """
    abby al alex ali andy angie annie art barb bea becca becky ben benny bernie bert beth betsy betty bev
    cathy charlie chris chrissy cindy clem connie dan danny dave davey deb debbie dee dora ed eddie ellie
    elsie fran frankie fred freddie freddy gabby gail geoff gerry greg gus hank harvey ike izzy jake jan
    jeff jen jenny jerry jess jim joe joey jon josie kat kate kathy katie kay kenny kim kit kofi kwame larry
    lenny leo les lexi libby liz lizzie lottie lou louie lucy maggie mandy manny marge margie matt meg mick
    mickey millie mimi minnie mo molly nan nancy nat nate ned nell nellie nicky nina nora norm olly pam pat
    paulie pete phil rich richie ricky rob robbie ron roni rosie roz russ sal sam sammy shelly sid stan
    steph steve stevie stu sue sunny susie suzie tammy tara ted teddy terri tess tim timmy tina toby tommy
    trish val vern vic vicki vicky vince vinny viv wally walt wendy will willie zach zack zoe ayesha ahmed
    aisha ahmad ali bilal chen hassan hussein ibrahim karim kwesi lei li ling mei ming mohamed mohammad
    mohammed muhammad nguyen omar wei xiao xin yan ying yusuf zhang
"""
# Too common as words, or as parts of other names, to be a name without an introduction.
_EXCLUDED = """
    ale among angel ante are as ask at bale bent bin bitten black brown but can canal comfort cord corona
    day de dodo do don't edit eider el else even ever eta fem floor forum from gun had harm harsh has he her
    his how i ii if in ion is it jail job just kick lady lean let like line lo loan lone loot lope lore lot
    love man many mare mate meta mile misty most my nail new no nor not now odd of off ok old om on one or
    our owe own paw peer per pier raid roar rut sad said salami see server sever she sine sit so sol sole
    some son than the then they this tea till tilde tine to tone too tor tore toy ties tiara two up urban us
    van veer very wage was we well went what when who why will's with age come mans mars over par pal rares
    side bozo ascension alexa siri mercedes chanel dior lexus porsche tesla nissan armani apple cortana iban
    tai chi martial marine ales wolf yaw yes yoga you young divan albino feline ibn abu bint al la le los
    las san santa st king queen prince princess baba mama papa nana sir miss mister major general captain
    coach doctor senior junior okay oh ah uh um yeah hey hi mom mum dad god lord sunday monday tuesday
    wednesday thursday friday saturday january february march july september october november december
    christmas easter english spanish french german italian irish
"""
# Nicknames that are primarily words.
_WORDS_FIRST = {
    "rich",
    "rob",
    "art",
    "pat",
    "sunny",
    "will",
    "les",
    "mo",
    "al",
    "norm",
    "stew",
    "kit",
    "dee",
    "val",
}
_PLACES = """
    adelaide africa alaska alberta alexandria america asia austin australia berlin bolivia boston brazil
    bristol britain brittany brooklyn cairo california canada carolina catalina charlotte chelsea chester
    china colombia cuba dakota dallas dayton denver devon dublin egypt eire england essex europe florence
    florida france francisco geneva georgia germany ghana hamilton havana holland houston hudson india
    indiana ireland israel italy jamaica japan java jersey jordan kent kenya kerry kingston lancaster
    leicester lincoln lisbon london lorraine louisiana lourdes madison madrid malta manchester marseille
    melbourne memphis mexico milan montana moscow nevada nigeria normandy norway odessa orlando oslo oxford
    paris persia petra phoenix portland preston quebec regina rhodes rio roma rome russia salem samara
    santiago savannah scotland sharon siena somalia spain surrey sydney tennessee texas trinidad tripoli
    turkey valencia verona victoria vienna virginia wales washington winchester windsor york zaire zion
    april may june august autumn summer winter christian islam jesus buddha baptist trinity catholic muslim
"""


def fold(name: str) -> str:
    """Return a name in lower case without accents, the form of the names file."""
    parts = unicodedata.normalize("NFKD", name.casefold())
    return "".join(c for c in parts if not unicodedata.combining(c))


def given_names() -> dict[str, set[str]]:
    """Return the folded given names of the locales above, with their locales."""
    found: dict[str, set[str]] = {}
    for locale in _LOCALES.split():
        provider = importlib.import_module(f"faker.providers.person.{locale}").Provider
        for attribute in ("first_names", "first_names_male", "first_names_female"):
            for name in getattr(provider, attribute, ()):
                folded = fold(name)
                if len(folded) > 1 and folded.replace("-", "").isalpha():
                    found.setdefault(folded, set()).add(locale)
    return found


def sort_names(names: dict[str, set[str]], words: Iterable[str]) -> Iterator[tuple[str, list[str]]]:
    """Yield each section of the names file with its names."""
    ordinary = {word.strip() for word in words if word.strip() == word.strip().lower()}
    excluded, places, first = set(_EXCLUDED.split()), set(_PLACES.split()), set(_NAMES_FIRST.split())
    nicknames = set(_NICKNAMES.split())
    selected = sorted((set(names) | first | nicknames) - excluded)
    is_word = {name for name in selected if name in ordinary and name not in first | places} | _WORDS_FIRST
    is_word -= excluded
    plain = [name for name in selected if name not in is_word and name not in places]
    unambiguous = [
        n for n in plain if n not in ordinary and len(n) > 3 and (n in nicknames or names[n] & _ENGLISH)
    ]
    yield "also lower case", unambiguous
    yield "capitalised", sorted(set(plain) - set(unambiguous))
    yield "also a word", sorted(is_word)
    yield "also a place or thing", sorted(places)


def main(words_file: str) -> None:
    """Write the names file."""
    with open(words_file, encoding="utf-8") as words:
        sections = list(sort_names(given_names(), words))
    lines = [
        "# Given names for redaction, folded to lower case without accents.",
        "# Derived from Faker (https://github.com/joke2k/faker), MIT licence,",
        "# copyright (c) 2012 Daniele Faraglia.",
        "# Generated by cue_detector/redaction/build_names.py; do not edit.",
    ]
    for title, names in sections:
        lines += [f"[{title}]", *textwrap.wrap(" ".join(names), 110, break_on_hyphens=False)]
    NAMES_FILE.write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1])
