import pytest

from cue_detector import sentiment
from cue_detector.sentiment import plain_valence, score


@pytest.mark.parametrize("text", ["", "  ", "...", "[laughs]", "?!", "\U0001f600"])
def test_score__is_none_for_a_text_without_words(text: str) -> None:
    assert score(text) is None


def test_score__is_zero_for_neutral_words() -> None:
    assert score("That won't work.") == 0
    assert score("The bus leaves at nine.") == 0


def test_score__weights_sentences_by_word_count() -> None:
    short_joy = score("Great! I hate all of these long and awful forms that I have to fill in.")
    short_anger = score("I hate it. It was a wonderful and lovely day with friends that I really enjoyed.")
    assert short_joy is not None
    assert short_anger is not None
    assert short_joy < 0 < short_anger


def test_score__does_not_saturate_for_long_text() -> None:
    mixed = "It was good. " * 20 + "It was bad. " * 19
    short = score("It was good. It was bad.")
    long = score(mixed)
    assert short is not None
    assert long is not None
    assert abs(long - short) < 0.1
    assert abs(plain_valence(mixed).compound) > abs(long)


def test_score__ignores_a_leading_well() -> None:
    assert score("Well, we met on Monday.") == 0
    assert plain_valence("Well, we met on Monday.").compound > 0


@pytest.mark.parametrize("text", ["I love it " * 5000, "a" * 100_000, "\u2019\u0000 I\u2019m happy"])
def test_score__is_in_range_for_any_text(text: str) -> None:
    value = score(text)
    assert value is not None
    assert -1 <= value <= 1
    assert value == score(text)


def test_version__is_not_empty() -> None:
    assert sentiment.VERSION
