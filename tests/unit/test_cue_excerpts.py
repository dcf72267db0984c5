import pytest
from hypothesis import given
from hypothesis import strategies as st

from cue_detector.domain import ContextLine
from cue_detector.redaction import redact
from cue_detector.store.excerpts import context, excerpt


def test_excerpt__does_not_cut_short_text() -> None:
    assert excerpt("  I will do it. ", (2, 8)) == "I will do it."
    assert excerpt("x" * 200, None) == "x" * 200
    assert len(excerpt("x" * 201, None)) <= 200


def test_excerpt__is_cut_around_the_span_at_word_boundaries() -> None:
    text = f"{'before ' * 60}I will call her{' after' * 60}"
    start = text.index("I will")
    cut = excerpt(text, (start, start + 15))
    assert "I will call her" in cut
    assert cut.startswith("…before ")
    assert cut.endswith(" after…")
    assert len(cut) <= 200


def test_excerpt__of_redacted_text_contains_no_part_of_a_number() -> None:
    text = "word " * 37 + "call (212) 555 0187 now"
    assert "212" not in excerpt(redact(text), None)
    assert "212" in redact(excerpt(text, None)), "cutting before redacting would leave part of the number"


@pytest.mark.parametrize("before", range(160, 202, 3))
def test_excerpt__of_redacted_text_contains_no_part_of_an_address(before: int) -> None:
    text = f"{'I went on and on. ' * 20}"[:before] + " jane.kowalski@example.com, you know" + " again" * 20
    cut = excerpt(redact(text), None)
    assert not any(part in cut for part in ("jane", "kowalski", "example"))


@given(st.text(max_size=900), st.data())
def test_excerpt__never_exceeds_the_maximum_length(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, min(len(text), start + 100)))
    cut = excerpt(text, (start, end))
    assert len(cut) <= 200


@given(st.lists(st.from_regex(r"[a-z]{1,12}", fullmatch=True), min_size=60, max_size=200), st.data())
def test_excerpt__contains_a_short_span(words: list[str], data: st.DataObject) -> None:
    text = " ".join(words)
    first = data.draw(st.integers(0, len(words) - 4))
    start = len(" ".join(words[:first])) + (1 if first else 0)
    span = " ".join(words[first : first + 3])
    assert span in excerpt(text, (start, start + len(span)))


def test_context__has_one_line_per_utterance_and_keeps_the_end_of_a_long_one() -> None:
    assert context([]) is None
    lines = context([ContextLine("coach", "What\nnow?"), ContextLine("client", f"{'word ' * 60}the end.")])
    assert lines is not None
    first, second = lines.split("\n")
    assert first == "coach: What now?"
    assert second.startswith("client: …word ")
    assert second.endswith("the end.")
    assert len(second) <= 150


@given(
    st.lists(
        st.builds(ContextLine, st.sampled_from(["coach", "client", "other"]), st.text(max_size=400)),
        max_size=2,
    )
)
def test_context__no_line_exceeds_the_maximum_length(lines: list[ContextLine]) -> None:
    cut = context(lines)
    assert cut is None or all(len(line) <= 150 for line in cut.split("\n"))
