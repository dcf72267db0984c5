import pytest

from cue_detector.text import is_backchannel, lowered, sentence_spans, sentences, words


@pytest.mark.parametrize(
    "text",
    [
        "Yeah.",
        "mm-hmm",
        "Right\u2014",
        "Okay, yeah.",
        "Uh-huh, I see.",
        "[laughs]",
        "",
        "  ",
        "...",
        "\u2026",
    ],
)
def test_is_backchannel__holds_for_talk_that_only_keeps_going(text: str) -> None:
    assert is_backchannel(text)


@pytest.mark.parametrize(
    "text",
    ["No.", "I will.", "Yeah, exactly.", "I got it all right", "Maybe.", "That\u2019s right.", "yeah " * 30],
)
def test_is_backchannel__does_not_hold_for_answers(text: str) -> None:
    assert not is_backchannel(text)


@pytest.mark.parametrize("text", ["\u0130STANBUL", "Don\u2019t", "\u1e9e\u00df", "\U0001f600 Ok"])
def test_lowered__keeps_the_length_so_that_spans_fit(text: str) -> None:
    assert len(lowered(text)) == len(text)


def test_words__drops_stage_notes_and_straightens_quotes() -> None:
    assert words("I don\u2019t [sighs] know.") == ["i", "don't", "know"]


def test_sentence_spans__point_at_the_sentences() -> None:
    text = "Hi there... what?  No!\nOk"
    assert sentences(text) == ["Hi there...", "what?", "No!", "Ok"]
    assert [text[start:end] for start, end in sentence_spans(text)] == sentences(text)


def test_sentence_spans__of_a_blank_text_are_none() -> None:
    assert sentence_spans(" \n ") == []
