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
def test_is_backchannel__is_true_for_back_channels(text: str) -> None:
    assert is_backchannel(text)


@pytest.mark.parametrize(
    "text",
    ["No.", "I will.", "Yeah, exactly.", "I got it all right", "Maybe.", "That\u2019s right.", "yeah " * 30],
)
def test_is_backchannel__is_false_for_statements(text: str) -> None:
    assert not is_backchannel(text)


@pytest.mark.parametrize("text", ["\u0130STANBUL", "Don\u2019t", "\u1e9e\u00df", "\U0001f600 Ok"])
def test_lowered__preserves_the_length(text: str) -> None:
    assert len(lowered(text)) == len(text)


def test_words__excludes_stage_notes_and_normalizes_quotes() -> None:
    assert words("I don\u2019t [sighs] know.") == ["i", "don't", "know"]


def test_sentence_spans__delimit_the_sentences() -> None:
    text = "Hi there... what?  No!\nOk"
    assert sentences(text) == ["Hi there...", "what?", "No!", "Ok"]
    assert [text[start:end] for start, end in sentence_spans(text)] == sentences(text)


def test_sentence_spans__are_empty_for_a_blank_text() -> None:
    assert sentence_spans(" \n ") == []
