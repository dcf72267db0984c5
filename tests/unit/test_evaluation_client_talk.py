from collections import Counter

import pytest

pytest.importorskip("sklearn")

from cue_detector.local.client_talk import Model, line_probabilities
from cue_detector.local.features import ClientLine, extract
from tools.evaluation import client_talk
from tools.evaluation.annomi import ClientTurn

TEXTS = {
    "change": "I want to quit, I will start tomorrow.",
    "sustain": "I can't stop, it is too hard for me.",
    "neutral": "We met at the station.",
}


def _turns(dialogues: int = 12) -> list[ClientTurn]:
    return [
        ClientTurn(f"{dialogue}-{label}-{copy}", str(dialogue), "c", 0.0, 0.5, text, (), label)
        for dialogue in range(dialogues)
        for label, text in TEXTS.items()
        for copy in range(2)
    ]


@pytest.mark.parametrize("seed", [0, 1])
def test_folds__never_split_a_group(seed: int) -> None:
    groups = [str(number % 23) for number in range(400)]
    assigned = client_talk.folds(groups, seed)
    assert Counter(name for fold in assigned for name in fold) == Counter(set(groups))
    assert len(assigned) == client_talk.FOLDS
    assert assigned == client_talk.folds(groups, seed)


def test_train__returns_a_model_that_classifies_its_training_data() -> None:
    turns = _turns()
    features = [extract(line) for line in client_talk.lines_of(turns)]
    labels = [turn.label for turn in turns]
    raw = client_talk.train(features, labels)
    model = Model.from_dict(raw)
    assert raw == client_talk.train(features, labels)
    for index, label in enumerate(("neutral", "change", "sustain")):
        p = line_probabilities(ClientLine(TEXTS[label], "", 0.5), model)
        assert p[index] == max(p)


def test_cross_validated__scores_every_utterance_in_order() -> None:
    turns = _turns()
    scores = client_talk.cross_validated(turns, [turn.dialogue for turn in turns])
    assert len(scores) == len(turns)
    best = [("neutral", "change", "sustain")[score.index(max(score))] for score in scores]
    assert best == [turn.label for turn in turns]
