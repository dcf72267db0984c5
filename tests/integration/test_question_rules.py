"""Accuracy and performance of the question rules in Postgres."""

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from cue_detector.predictions import write_predictions
from tools.evaluation.questions import (
    MIN_MACRO_F1,
    MIN_QUESTION_F1,
    gold_questions,
    predicted_questions,
    score_questions,
)
from warehouse.load import load_directory

FUNCTION = "analytics_intermediate.question_kind"


@pytest.fixture(scope="module")
def built(built_database_url: str) -> Iterator[psycopg.Connection]:
    with psycopg.connect(built_database_url) as connection:
        yield connection
        connection.rollback()


@pytest.mark.usefixtures("built_database_url")
def test_question_rules__reach_the_f1_goals_on_annomi(annomi_dir: Path, tmp_path: Path) -> None:
    load_directory(annomi_dir)
    write_predictions(tmp_path / "predictions.csv")
    predicted = predicted_questions(tmp_path / "predictions.csv")
    labels = {
        utterance: kind for each in gold_questions(annomi_dir).values() for utterance, kind in each.items()
    }
    scores = score_questions(labels, predicted)
    assert scores.macro_f1 >= MIN_MACRO_F1
    assert scores.question.f1 >= MIN_QUESTION_F1


def test_question_kind__is_immutable_and_parallel_safe(built: psycopg.Connection) -> None:
    row = built.execute(
        "select provolatile, proparallel from pg_proc where oid = %s::regprocedure", [f"{FUNCTION}(text)"]
    ).fetchone()
    assert row == ("i", "s")


def test_question_kind__is_fast_on_long_texts(built: psycopg.Connection) -> None:
    long_text = "so, and well " * 20_000 + "what would you do? " * 200
    built.execute("set statement_timeout = '5s'")
    row = built.execute(f"select {FUNCTION}(%s)", [long_text]).fetchone()
    assert row == ("open",)
    row = built.execute(f"select {FUNCTION}(%s)", ["so okay " * 50_000 + "?"]).fetchone()
    assert row == ("none",)


def test_enriched_utterances__of_one_transcript_use_the_index(built: psycopg.Connection) -> None:
    built.execute("set local enable_seqscan = off")
    plan = built.execute(
        "explain select * from analytics_intermediate.int_utterances__enriched "
        "where transcript_id = '00000000-0000-0000-0000-000000000001'"
    ).fetchall()
    text = "\n".join(str(line[0]) for line in plan)
    assert "Index Cond: (transcript_id =" in text, text
