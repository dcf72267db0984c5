from pathlib import Path
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import f1_score

from tools.evaluation.questions import (
    KINDS,
    QuestionKind,
    gold_questions,
    half,
    predicted_questions,
    render,
    score_questions,
)

GOLD: dict[str, QuestionKind] = {"a": "open", "b": "open", "c": "closed", "d": "none", "e": "none"}
PREDICTED: dict[str, QuestionKind] = {"a": "open", "b": "closed", "c": "closed", "d": "none", "e": "closed"}


def test_score_questions__scores_each_kind() -> None:
    scores = score_questions(GOLD, PREDICTED)
    by_kind = {each.label: (each.count, each.precision, each.recall) for each in scores.kinds}
    assert by_kind == {"open": (2, 1.0, 0.5), "closed": (1, pytest.approx(1 / 3), 1.0), "none": (2, 1.0, 0.5)}
    assert scores.count == 5
    assert scores.macro_f1 == pytest.approx((2 / 3 + 1 / 2 + 2 / 3) / 3)


def test_score_questions__scores_open_and_closed_questions_together() -> None:
    question = score_questions(GOLD, PREDICTED).question
    assert (question.count, question.precision, question.recall) == (3, 0.75, 1.0)
    assert question.f1 == pytest.approx(6 / 7)


def test_score_questions__returns_the_confusion_matrix() -> None:
    confusion = score_questions(GOLD, PREDICTED).confusion
    assert {pair: count for pair, count in confusion.items() if count} == {
        ("open", "open"): 1,
        ("open", "closed"): 1,
        ("closed", "closed"): 1,
        ("none", "none"): 1,
        ("none", "closed"): 1,
    }
    assert len(confusion) == 9


def test_score_questions__ignores_unlabelled_utterances() -> None:
    assert score_questions(GOLD, PREDICTED | {"client": "open"}) == score_questions(GOLD, PREDICTED)


@given(st.lists(st.tuples(st.sampled_from(KINDS), st.sampled_from(KINDS)), min_size=1, max_size=40))
def test_score_questions__agrees_with_scikit_learn(pairs: list[tuple[QuestionKind, QuestionKind]]) -> None:
    scores = score_questions(
        {str(index): gold for index, (gold, _) in enumerate(pairs)},
        {str(index): predicted for index, (_, predicted) in enumerate(pairs)},
    )
    gold, predicted = zip(*pairs, strict=True)
    assert scores.macro_f1 == pytest.approx(
        f1_score(gold, predicted, labels=KINDS, average="macro", zero_division=0)
    )
    is_question = [kind != "none" for kind in gold], [kind != "none" for kind in predicted]
    assert scores.question.f1 == pytest.approx(f1_score(*is_question, zero_division=0))


def test_score_questions__rejects_invalid_input() -> None:
    with pytest.raises(ValueError, match="no labels"):
        score_questions({}, PREDICTED)
    with pytest.raises(ValueError, match="1 of 5 labelled utterances have no prediction"):
        score_questions(GOLD, {key: kind for key, kind in PREDICTED.items() if key != "c"})
    with pytest.raises(ValueError, match="unknown question kinds: perhaps"):
        score_questions(GOLD, PREDICTED | {"a": cast(QuestionKind, "perhaps")})


def test_half__is_deterministic_and_splits_the_dialogues() -> None:
    assert half("7") == half("7")
    assert {half(str(number)) for number in range(20)} == {0, 1}


def test_render__contains_the_whole_set_and_each_half() -> None:
    halves = {half(name): name for name in ("0", "1", "2", "3", "4")}
    labels: dict[str, dict[str, QuestionKind]] = {
        halves[0]: {"a": "open", "b": "open"},
        halves[1]: {"c": "closed", "d": "none", "e": "none"},
    }
    text = render(labels, PREDICTED)
    assert "| all | 2 | 5 | 0.611 | 0.857 |" in text
    assert "| half 0 | 1 | 2 | 0.222 | 1.000 |" in text
    assert "| half 1 | 1 | 3 | 0.444 | 0.667 |" in text
    assert "| open | 1 | 1 | 0 |" in text


def test_gold_questions__reads_coach_labels_by_dialogue(tmp_path: Path) -> None:
    (tmp_path / "gold_labels.csv").write_text(
        "utterance_id,role,question,transcript_id\na,coach,open,1\nb,client,,1\nc,coach,none,2\n"
    )
    assert gold_questions(tmp_path) == {"1": {"a": "open"}, "2": {"c": "none"}}


def test_predicted_questions__omits_utterances_without_a_prediction(tmp_path: Path) -> None:
    file = tmp_path / "predictions.csv"
    file.write_text("utterance_id,question\na,open\nb,\n")
    assert predicted_questions(file) == {"a": "open"}
    file.write_text("utterance_id,question\na,maybe\n")
    with pytest.raises(ValueError, match="unknown question kind: maybe"):
        predicted_questions(file)
