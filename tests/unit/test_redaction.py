import time
from dataclasses import replace
from pathlib import Path
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cue_detector.domain import ContextLine, InputUtterance, SessionInput
from cue_detector.redaction import find_personal_data, redact, redact_session
from tools.evaluation.redaction import main, measure, read_cases

CASES = read_cases()


def test_cases__cover_every_kind() -> None:
    assert sum(bool(case.secrets) for case in CASES) >= 150
    assert sum(not case.secrets for case in CASES) >= 150
    assert {case.kind for case in CASES} == {"name", "email", "phone", "id", "address", "link", "none"}
    assert len({case.text for case in CASES}) == len(CASES)


@pytest.mark.parametrize("group", ["all", "tune", "held_out", "attack"])
def test_redaction__reaches_95_percent_recall_and_precision(group: str) -> None:
    score = measure(CASES)[group]
    assert score.recall is not None
    assert score.recall >= 0.95
    assert score.precision is not None
    assert score.precision >= 0.95


def test_main__prints_the_report(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.argv", ["redaction"])
    main()
    printed = capsys.readouterr().out
    rows = {line.split(" | ")[0]: line.split(" | ") for line in printed.splitlines()}
    assert rows["| all"][1] == str(sum(len(case.secrets) for case in CASES))
    clean = sum(not case.secrets for case in CASES)
    assert rows["| all"][5].endswith(f" of {clean} |")
    assert {"| held_out", "| tune", "| attack"} <= rows.keys()


def test_read_cases__rejects_a_secret_that_is_not_in_the_text(tmp_path: Path) -> None:
    path = tmp_path / "cases.csv"
    path.write_text("case_id,part,kind,text,secrets\n1,tune,name,Hello there.,Jane\n")
    with pytest.raises(ValueError, match="case 1"):
        read_cases(path)


def test_redact__inserts_a_placeholder_of_each_kind() -> None:
    text = (
        "I'm Jane, jane@example.com or 555-867-5309; card 4111 1111 1111 1111, 12 Oak Lane, example.com/jane."
    )
    assert redact(text) == "I'm [name], [email] or [phone]; card [id], [address], [link]."


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.case_id)
def test_redact__is_idempotent(case: object) -> None:
    text = redact(case.text)  # type: ignore[attr-defined]
    assert redact(text) == text


@pytest.mark.parametrize(
    "text",
    ["Sarah{}s plan", "Ms. O{}Brien", "5 Queen{}s Road", "It{}s 555\u2013867\u20135309", "\u201cSarah\u201d"],
)
def test_redact__accepts_typographic_quotes_and_dashes(text: str) -> None:
    for quote in "\u2018\u2019\u02bc'":
        assert "[" in redact(text.replace("{}", quote))


@given(st.text(max_size=400))
def test_find_personal_data__returns_ordered_findings_without_overlaps(text: str) -> None:
    end = 0
    for finding in find_personal_data(text):
        assert end <= finding.start < finding.end <= len(text)
        end = finding.end


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
def test_find_personal_data__is_fast_for_any_text(text: str) -> None:
    started = time.process_time()
    find_personal_data(text)
    assert time.process_time() - started < 5


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


def test_redact_session__redacts_an_introduced_name_everywhere() -> None:
    redacted = redact_session(
        session("Xanthy left.", "My wife Xanthy left.", "I miss her. Xanthy was right.")
    )
    assert [u.text for u in redacted.utterances] == [
        "[name] left.",
        "My wife [name] left.",
        "I miss her. [name] was right.",
    ]
    assert {u.context[0].text for u in redacted.utterances} == {"[name] left."}


def test_redact_session__keeps_words_that_also_occur_in_lower_case() -> None:
    redacted = redact_session(
        session("My boss Sunday-driver yelled.", "Hi, Sunshine.", "Sunshine helps. I like sunshine.")
    )
    assert redacted.utterances[2].text == "Sunshine helps. I like sunshine."


def test_redact_session__does_not_change_other_fields() -> None:
    original = session("Nothing to hide.")
    redacted = redact_session(original)
    assert redacted == replace(original, is_redacted=True)
    assert redact_session(redacted) is redacted
