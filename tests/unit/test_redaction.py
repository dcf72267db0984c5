"""Redaction: how much it finds, what it leaves alone, and that it bears any text."""

import time
from dataclasses import replace
from pathlib import Path
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cue_detector.domain import ContextLine, InputUtterance, SessionInput
from cue_detector.redaction import find, redact, redact_session
from tools.evaluation.redaction import main, measure, read_cases

CASES = read_cases()


def test_cases__are_enough_of_both_kinds() -> None:
    assert sum(bool(case.secrets) for case in CASES) >= 150
    assert sum(not case.secrets for case in CASES) >= 150
    assert {case.kind for case in CASES} == {"name", "email", "phone", "id", "address", "link", "none"}
    assert len({case.text for case in CASES}) == len(CASES)


@pytest.mark.parametrize("group", ["all", "tune", "held_out", "attack"])
def test_redaction__recall_and_precision_on_the_cases(group: str) -> None:
    score = measure(CASES)[group]
    assert score.recall is not None
    assert score.recall >= 0.95
    assert score.precision is not None
    assert score.precision >= 0.95


def test_report__prints_every_kind(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.argv", ["redaction"])
    main()
    printed = capsys.readouterr().out
    rows = {line.split(" | ")[0]: line.split(" | ") for line in printed.splitlines()}
    assert rows["| all"][1] == str(sum(len(case.secrets) for case in CASES))
    clean = sum(not case.secrets for case in CASES)
    assert rows["| all"][5].endswith(f" of {clean} |")
    assert {"| held_out", "| tune", "| attack"} <= rows.keys()


def test_read_cases__refuses_a_secret_that_is_not_there(tmp_path: Path) -> None:
    path = tmp_path / "cases.csv"
    path.write_text("case_id,part,kind,text,secrets\n1,tune,name,Hello there.,Jane\n")
    with pytest.raises(ValueError, match="case 1"):
        read_cases(path)


def test_redact__puts_a_placeholder_for_each_kind() -> None:
    text = (
        "I'm Jane, jane@example.com or 555-867-5309; card 4111 1111 1111 1111, 12 Oak Lane, example.com/jane."
    )
    assert redact(text) == "I'm [name], [email] or [phone]; card [id], [address], [link]."


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.case_id)
def test_redact__twice_is_once(case: object) -> None:
    text = redact(case.text)  # type: ignore[attr-defined]
    assert redact(text) == text


@pytest.mark.parametrize(
    "text",
    ["Sarah{}s plan", "Ms. O{}Brien", "5 Queen{}s Road", "It{}s 555\u2013867\u20135309", "\u201cSarah\u201d"],
)
def test_redact__curly_quotes_and_dashes_hide_nothing(text: str) -> None:
    for quote in "\u2018\u2019\u02bc'":
        assert "[" in redact(text.replace("{}", quote))


@given(st.text(max_size=400))
def test_find__stays_inside_any_text_and_never_overlaps(text: str) -> None:
    end = 0
    for found in find(text):
        assert end <= found.start < found.end <= len(text)
        end = found.end


@pytest.mark.parametrize(
    "text",
    [
        "a" * 50_000 + ".",
        "a." * 25_000,
        "1" * 50_000,
        "a dot " * 10_000,
        "Ab " * 15_000,
        "one " * 10_000,
        "x@" * 25_000,
        "card 1-" * 7_000,
        "my wife " * 6_000 + "A",
        "AB12 " * 10_000,
        "12 Abc " * 7_000,
        "Dr. " * 12_000,
        "a-" * 25_000,
    ],
    ids=lambda text: text[:8],
)
def test_find__no_text_takes_long(text: str) -> None:
    started = time.perf_counter()
    find(text)
    assert time.perf_counter() - started < 5


def session(*texts: str) -> SessionInput:
    context = (ContextLine("coach", texts[0]),)
    return SessionInput(
        UUID(int=1),
        UUID(int=2),
        UUID(int=3),
        UUID(int=4),
        "r",
        tuple(InputUtterance(UUID(int=9), "client", 0.0, text, context, True) for text in texts),
    )


def test_redact_session__a_name_presented_once_is_known_in_all_of_it() -> None:
    clean = redact_session(session("Xanthy left.", "My wife Xanthy left.", "I miss her. Xanthy was right."))
    assert [u.text for u in clean.utterances] == [
        "[name] left.",
        "My wife [name] left.",
        "I miss her. [name] was right.",
    ]
    assert {u.context[0].text for u in clean.utterances} == {"[name] left."}


def test_redact_session__an_ordinary_word_is_not_taken_for_a_name() -> None:
    clean = redact_session(
        session("My boss Sunday-driver yelled.", "Hi, Sunshine.", "Sunshine helps. I like sunshine.")
    )
    assert clean.utterances[2].text == "Sunshine helps. I like sunshine."


def test_redact_session__keeps_everything_else() -> None:
    before = session("Nothing to hide.")
    clean = redact_session(before)
    assert clean == replace(before, is_redacted=True)
    assert redact_session(clean) is clean
