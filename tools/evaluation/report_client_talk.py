"""The report's section on client talk: change, neutral, sustain."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from cue_detector.local.client_talk import LABELS, Probabilities, decide, load_model
from cue_detector.local.embeddings import load_encoder
from tools.evaluation import client_talk_embeddings
from tools.evaluation.annomi import ClientTurn
from tools.evaluation.client_talk import FOLDS, NEIGHBOUR_REACH, NEIGHBOUR_WEIGHT, PRIOR_POWER
from tools.evaluation.client_talk import cross_validated as validated
from tools.evaluation.measures import binned_error, class_scores, macro_f1, markdown_table, share

_SEEDS = (0, 1, 2)
_OTHER_POWERS = (0.0, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0)


def section(turns: Sequence[ClientTurn], scores: Sequence[Probabilities]) -> str:
    """Return the section; `scores` are the out-of-fold probabilities of the first shuffle."""
    gold = [turn.label for turn in turns]
    dialogues = [turn.dialogue for turn in turns]
    clients = [turn.client for turn in turns]
    by_shuffle = [_f1(gold, scores)]
    by_shuffle += [_f1(gold, validated(turns, dialogues, seed)) for seed in _SEEDS[1:]]
    by_client = _f1(gold, validated(turns, clients))
    guess = macro_f1(gold, ["neutral"] * len(gold), LABELS)
    rows: list[tuple[str, str, str]] = [
        ("always neutral", share(guess), "-"),
        ("default model", share(sum(by_shuffle) / len(by_shuffle)), _each(by_shuffle)),
        ("default model, all dialogues of a client left out together", share(by_client), "-"),
    ]
    encoder = load_encoder()
    note = ""
    if encoder is None:
        note = "\n\nThe extra `embeddings` is not installed here, so it was not measured."
    else:
        vectors = client_talk_embeddings.vectors_of(turns, encoder)
        with_extra = [
            _f1(gold, client_talk_embeddings.cross_validated(turns, dialogues, vectors, seed))
            for seed in _SEEDS
        ]
        mean = sum(with_extra) / len(with_extra)
        found, choices = client_talk_embeddings.nested(turns, dialogues, vectors)
        rows.append(("with the extra `embeddings`", share(mean), _each(with_extra)))
        rows.append(("the same, inputs and share chosen anew in each fold", share(_f1(gold, found)), "-"))
        note = _about_the_extra(choices)
    return "\n\n".join(
        [
            "## Client talk: change, neutral, sustain",
            f"{len(turns):,} client utterances of {len(set(dialogues))} dialogues, labelled by experts. "
            f"Cross-validation in {FOLDS} folds; a dialogue is never on both sides. What is scored is the "
            "run-time code with exported coefficients. The figure is the mean over three ways to shuffle the "
            "dialogues into folds.",
            markdown_table(("Model", "macro-F1", "each shuffle"), rows) + note,
            "The first shuffle in detail:",
            _details(gold, scores),
            _confusion(gold, scores),
            _calibration(gold, scores),
            _choices(gold, scores),
        ]
    )


def _about_the_extra(choices: Sequence[client_talk_embeddings.Choice]) -> str:
    counts = Counter(choices)
    chosen = ", ".join(
        f"{choice.inputs} at {choice.share:.2f} in {counts[choice]}" for choice in sorted(counts)
    )
    return (
        "\n\nThe extra was shaped by hand on these folds: which of five places around an utterance are "
        "embedded and how strongly each counts, how strongly it is regularised, and the head's share "
        f"({client_talk_embeddings.SHARE}). How many variants were looked at was not written down, so by how "
        "much its figure is flattered is not known. In the last row two of these choices are made anew for "
        "each fold of the first shuffle, by cross-validation within the others: all five places or only two "
        "(the utterance and the coach's before it), and the share among three. Chosen, by number of folds: "
        f"{chosen}. The strength of each place and the regularisation stay as they were chosen by hand."
    )


def _f1(gold: Sequence[str], scores: Sequence[Probabilities], power: float = PRIOR_POWER) -> float:
    return macro_f1(gold, _labels(scores, power), LABELS)


def _labels(scores: Sequence[Probabilities], power: float = PRIOR_POWER) -> list[str]:
    model = replace(load_model(), prior_power=power)
    return [decide(score, model).label for score in scores]


def _each(values: Sequence[float]) -> str:
    return ", ".join(share(value) for value in values)


def _details(gold: Sequence[str], scores: Sequence[Probabilities]) -> str:
    rows = [
        (each.label, each.count, share(each.precision), share(each.recall), share(each.f1))
        for each in class_scores(gold, _labels(scores), LABELS)
    ]
    return markdown_table(("Talk", "utterances", "precision", "recall", "F1"), rows)


def _confusion(gold: Sequence[str], scores: Sequence[Probabilities]) -> str:
    pairs = Counter(zip(gold, _labels(scores), strict=True))
    rows = [(f"experts: {label}", *(pairs[label, found] for found in LABELS)) for label in LABELS]
    return markdown_table(("Confusion", *(f"model: {label}" for label in LABELS)), rows)


def _calibration(gold: Sequence[str], scores: Sequence[Probabilities]) -> str:
    rows = []
    for place, label in enumerate(LABELS):
        if label != "neutral":
            p = [score[place] for score in scores]
            is_right = [each == label for each in gold]
            rows.append((f"`p_{label}`", share(binned_error(p, is_right))))
    table = markdown_table(("Probability", "expected calibration error (10 bins)"), rows)
    return f"The probabilities are not corrected for rare classes; the label is.\n\n{table}"


def _choices(gold: Sequence[str], scores: Sequence[Probabilities]) -> str:
    rows = [(f"{power:.1f}", share(_f1(gold, scores, power))) for power in _OTHER_POWERS]
    table = markdown_table(("Correction for rare classes", "macro-F1"), rows)
    return (
        f"Three choices were made by hand on these folds, in coarse steps: the correction for rare classes "
        f"({PRIOR_POWER}), the weight of neighbouring utterances ({NEIGHBOUR_WEIGHT}) and their reach "
        f"({NEIGHBOUR_REACH}); so were the patterns and word classes. The table shows how much the first one "
        f"matters.\n\n{table}"
    )
