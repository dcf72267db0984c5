"""Puts the evaluation report together: every number in docs/evaluation.md is measured when it is written."""

from collections.abc import Sequence

from cue_detector import sentiment
from cue_detector.local.detector import detector_version
from cue_detector.text import sentences, words
from tools.evaluation import annomi, questions, report_client_talk, report_cues
from tools.evaluation.annomi import ClientTurn
from tools.evaluation.client_talk import cross_validated
from tools.evaluation.measures import area_under_curve, markdown_table, share
from tools.evaluation.question_predictions import predict


def build() -> str:
    """Return the report in markdown; starts a server for the questions.

    Raises FileNotFoundError where the dialogues are absent, WarehouseError when the server can't be used.
    """
    turns = annomi.client_turns()
    scores = cross_validated(turns, [turn.dialogue for turn in turns])
    parts = [
        "# Evaluation",
        "Written by `make eval`; not edited by hand. Measured on the development half of AnnoMI (Wu et al., "
        "ICASSP 2022; Future Internet 15(3):110, 2023), which is not part of the repository. "
        f"Local detector `{detector_version()}`, sentiment `{sentiment.VERSION}`.",
        report_client_talk.section(turns, scores),
        report_cues.section(turns, scores),
        sentiment_section(turns),
        questions.render(questions.gold_questions(), predict(annomi.directory())),
    ]
    return "\n\n".join(part.strip() for part in parts) + "\n"


def sentiment_section(turns: Sequence[ClientTurn]) -> str:
    """Return how well sentiment separates change talk from sustain talk, for each way to score it."""
    ways = (
        ("VADER on the whole utterance", lambda text: sentiment.plain_valence(text).compound),
        ("VADER averaged over sentences, weighted by words", _sentence_mean),
        (
            "shipped: the same without fillers such as a leading 'well'",
            lambda text: sentiment.score(text) or 0.0,
        ),
    )
    rows = []
    for name, way in ways:
        change = [way(turn.text) for turn in turns if turn.label == "change"]
        sustain = [way(turn.text) for turn in turns if turn.label == "sustain"]
        rows.append((name, share(area_under_curve(change, sustain))))
    return (
        "## Sentiment\n\nThe probability that an utterance of change talk scores higher than one of sustain "
        "talk (area under the curve; 0.5 is chance). Sentiment is not resistance: this only compares ways to "
        f"score it.\n\n{markdown_table(('Way', 'AUC'), rows)}"
    )


def _sentence_mean(text: str) -> float:
    lengths = [(len(words(sentence)), sentence) for sentence in sentences(text)]
    total = sum(length for length, _ in lengths)
    if not total:
        return 0.0
    return sum(n * sentiment.plain_valence(each).compound for n, each in lengths) / total
