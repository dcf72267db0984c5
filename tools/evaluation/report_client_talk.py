"""Section of the evaluation report on client talk: change, neutral, sustain."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from cue_detector.local.client_talk import LABELS, Probabilities, classify, load_model
from cue_detector.local.embeddings import load_encoder
from tools.evaluation import client_talk_embeddings
from tools.evaluation.annomi import ClientTurn
from tools.evaluation.client_talk import (
    CONTEXT_WINDOW,
    FOLDS,
    NEIGHBOUR_WEIGHT,
    PRIOR_POWER,
    cross_validated,
)
from tools.evaluation.measures import (
    calibration_error,
    class_scores,
    format_score,
    macro_f1,
    markdown_table,
)

_SEEDS = (0, 1, 2)
_PRIOR_POWERS = (0.0, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0)


def section(turns: Sequence[ClientTurn], scores: Sequence[Probabilities]) -> str:
    """Return the section; `scores` are the out-of-fold probabilities of the first seed."""
    gold = [turn.label for turn in turns]
    dialogues = [turn.dialogue for turn in turns]
    clients = [turn.client for turn in turns]
    by_seed = [_f1(gold, scores)]
    by_seed += [_f1(gold, cross_validated(turns, dialogues, seed)) for seed in _SEEDS[1:]]
    by_client = _f1(gold, cross_validated(turns, clients))
    baseline = macro_f1(gold, ["neutral"] * len(gold), LABELS)
    rows: list[tuple[str, str, str]] = [
        ("Constant prediction: neutral", format_score(baseline), "-"),
        ("Default model", format_score(sum(by_seed) / len(by_seed)), _join(by_seed)),
        ("Default model, folds split by client", format_score(by_client), "-"),
    ]
    encoder = load_encoder()
    note = ""
    if encoder is None:
        note = "\n\nThe optional extra `embeddings` was not installed and is not evaluated."
    else:
        vectors = client_talk_embeddings.vectors_of(turns, encoder)
        with_embeddings = [
            _f1(gold, client_talk_embeddings.cross_validated(turns, dialogues, vectors, seed))
            for seed in _SEEDS
        ]
        mean = sum(with_embeddings) / len(with_embeddings)
        nested_scores, selected = client_talk_embeddings.nested(turns, dialogues, vectors)
        rows.append(("Optional extra `embeddings`", format_score(mean), _join(with_embeddings)))
        rows.append(("The same, nested cross-validation", format_score(_f1(gold, nested_scores)), "-"))
        note = _embeddings_note(selected)
    return "\n\n".join(
        [
            "## Client talk: change, neutral, sustain",
            f"{len(turns):,} client utterances of {len(set(dialogues))} dialogues with expert labels. "
            f"{FOLDS}-fold cross-validation; a fold never splits a dialogue. The evaluation runs the "
            "production code with the exported coefficients. Macro-F1 is the mean over "
            f"{len(_SEEDS)} random assignments of dialogues to folds (seeds).",
            markdown_table(("Model", "macro-F1", "by seed"), rows) + note,
            "Details of the first seed:",
            _details(gold, scores),
            _confusion(gold, scores),
            _calibration(gold, scores),
            _prior_correction(gold, scores),
        ]
    )


def _embeddings_note(selected: Sequence[client_talk_embeddings.Hyperparameters]) -> str:
    counts = Counter(selected)
    folds_by_candidate = ", ".join(
        f"{each.inputs} with weight {each.blend_weight:.2f} in {counts[each]}" for each in sorted(counts)
    )
    return (
        "\n\nThe hyperparameters of the extra were tuned manually on these folds: the embedded utterances "
        "(five slots), their scales, the regularization and the blend weight "
        f"({client_talk_embeddings.BLEND_WEIGHT}). The number of variants tried was not recorded, so the "
        "optimism of its figure is unknown. The last row selects two of these hyperparameters by nested "
        "cross-validation with the first seed: the slots (all five, or the utterance and the coach's "
        "utterance before it) and the blend weight (three values). Selected, with the number of folds: "
        f"{folds_by_candidate}. Scales and regularization are unchanged."
    )


def _f1(gold: Sequence[str], scores: Sequence[Probabilities], power: float = PRIOR_POWER) -> float:
    return macro_f1(gold, _labels(scores, power), LABELS)


def _labels(scores: Sequence[Probabilities], power: float = PRIOR_POWER) -> list[str]:
    model = replace(load_model(), prior_power=power)
    return [classify(score, model).label for score in scores]


def _join(values: Sequence[float]) -> str:
    return ", ".join(format_score(value) for value in values)


def _details(gold: Sequence[str], scores: Sequence[Probabilities]) -> str:
    rows = [
        (
            each.label,
            each.count,
            format_score(each.precision),
            format_score(each.recall),
            format_score(each.f1),
        )
        for each in class_scores(gold, _labels(scores), LABELS)
    ]
    return markdown_table(("Talk", "utterances", "precision", "recall", "F1"), rows)


def _confusion(gold: Sequence[str], scores: Sequence[Probabilities]) -> str:
    pairs = Counter(zip(gold, _labels(scores), strict=True))
    rows = [(f"expert: {label}", *(pairs[label, predicted] for predicted in LABELS)) for label in LABELS]
    return markdown_table(("Confusion", *(f"model: {label}" for label in LABELS)), rows)


def _calibration(gold: Sequence[str], scores: Sequence[Probabilities]) -> str:
    rows = []
    for index, label in enumerate(LABELS):
        if label != "neutral":
            p = [score[index] for score in scores]
            is_label = [each == label for each in gold]
            rows.append((f"`p_{label}`", format_score(calibration_error(p, is_label))))
    table = markdown_table(("Probability", "expected calibration error (10 bins)"), rows)
    return f"The label is corrected for the class priors; the probabilities are not.\n\n{table}"


def _prior_correction(gold: Sequence[str], scores: Sequence[Probabilities]) -> str:
    rows = [(f"{power:.1f}", format_score(_f1(gold, scores, power))) for power in _PRIOR_POWERS]
    table = markdown_table(("Prior correction", "macro-F1"), rows)
    return (
        "Three hyperparameters were tuned manually on these folds, in coarse steps: the exponent of the "
        f"prior correction ({PRIOR_POWER}), the weight of neighbouring utterances ({NEIGHBOUR_WEIGHT}) and "
        f"the context window ({CONTEXT_WINDOW}). The signals and word classes were developed on them, too. "
        f"Sensitivity to the prior correction:\n\n{table}"
    )
