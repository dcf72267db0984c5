import json
import math
from importlib.resources import files
from uuid import UUID, uuid4

import pytest

from cue_detector.domain import ContextLine, InputUtterance
from cue_detector.local.client_talk import (
    LABELS,
    MODEL_FILE,
    Model,
    classify,
    client_lines,
    line_probabilities,
    load_model,
    predict_client_talk,
    smooth,
)
from cue_detector.local.client_talk_embeddings import TEXT_SLOTS, blend, load_head, slot_texts
from cue_detector.local.embeddings import DIMENSIONS
from cue_detector.local.features import NUMERIC_FEATURE_NAMES, ClientLine, extract, tokens

MODEL = load_model()


def _utterance(index: int, role: str, text: str, context: tuple[ContextLine, ...] = ()) -> InputUtterance:
    return InputUtterance(
        utterance_id=UUID(int=index),
        role="coach" if role == "coach" else "client",
        start_seconds=float(index * 10),
        text=text,
        context=context,
        needs_sentiment=True,
    )


def test_model_file__is_small_and_contains_its_version() -> None:
    raw = files("cue_detector.local").joinpath(MODEL_FILE).read_bytes()
    assert len(raw) < 1_000_000
    assert json.loads(raw)["version"] == MODEL.version == "client-talk-1"


def test_model_file__matches_the_features() -> None:
    assert len(MODEL.numbers) == len(NUMERIC_FEATURE_NAMES) == len(extract(ClientLine("Hi", "", 0.0)).numbers)
    assert sum(MODEL.prior) == pytest.approx(1, abs=0.001)
    assert load_head().slots.shape == (2, len(TEXT_SLOTS) * DIMENSIONS)
    assert 0 < load_head().blend_weight < 1
    assert load_head().numbers.shape == (2, len(NUMERIC_FEATURE_NAMES))


def test_model__separates_change_sustain_and_neutral_talk() -> None:
    change = line_probabilities(ClientLine("I want to quit, and I'm ready to start this week.", "", 0.8))
    sustain = line_probabilities(ClientLine("It's too hard, I can't stop. It helps me relax.", "", 0.4))
    neutral = line_probabilities(ClientLine("Hi, nice to meet you.", "Hello!", 0.0))
    assert change[1] > 0.5
    assert sustain[2] > change[2]
    assert neutral[0] > 0.8


@pytest.mark.parametrize(
    "text", ["", "   ", "?", "\U0001f600", "a" * 100_000, "no " * 50_000, "- " * 9000, "\u0130\u0000\u2028"]
)
def test_line_probabilities__sum_to_one_for_any_text(text: str) -> None:
    probabilities = line_probabilities(ClientLine(text, text, 0.5))
    assert sum(probabilities) == pytest.approx(1)
    assert all(0 < p < 1 for p in probabilities)


def test_predict_client_talk__classifies_client_utterances_in_order() -> None:
    coach = _utterance(0, "coach", "Would you like to quit?")
    client = _utterance(1, "client", "Yes, I want to quit.", (ContextLine("coach", coach.text),))
    talks = predict_client_talk([coach, client, _utterance(2, "client", "Thank you.")])
    assert [talk.label for talk in talks] == ["change", "neutral"]
    assert predict_client_talk([coach]) == []
    assert predict_client_talk([]) == []


def test_client_lines__contain_coach_text_only_if_the_coach_spoke_last() -> None:
    after_coach = _utterance(1, "client", "Yes.", (ContextLine("client", "a"), ContextLine(" Coach ", "b")))
    after_client = _utterance(2, "client", "Yes.", (ContextLine("coach", "b"), ContextLine("client", "a")))
    assert [line.coach_text for line in client_lines([after_coach, after_client])] == ["b", ""]
    assert [line.position for line in client_lines([after_coach, after_client])] == [0.5, 1.0]


def test_client_lines__do_not_depend_on_coach_utterances() -> None:
    coach = _utterance(1, "coach", "Would you like to quit?")
    client = _utterance(2, "client", "Yes.", (ContextLine("coach", coach.text),))
    last = _utterance(4, "client", "I will.", (ContextLine("client", "Yes."),))
    lines = client_lines([client, last])
    assert client_lines([coach, client, last, _utterance(8, "coach", "Goodbye.")]) == lines
    assert [line.position for line in lines] == [0.5, 1.0]


def test_smooth__moves_a_line_towards_its_neighbours() -> None:
    change, unclear = (0.2, 0.7, 0.1), (0.64, 0.25, 0.11)
    isolated = smooth([unclear], MODEL)[0]
    smoothed = smooth([change, unclear, change], MODEL)[1]
    assert isolated == pytest.approx(unclear)
    assert smoothed[1] > isolated[1]


@pytest.mark.parametrize(("power", "label"), [(0.0, "neutral"), (1.0, "change")])
def test_classify__corrects_the_label_but_not_the_probabilities_for_the_prior(
    power: float, label: str
) -> None:
    model = Model("test", (0.6, 0.2, 0.2), power, 0, 1, (0, 0), {}, {}, {}, [])
    talk = classify((0.5, 0.4, 0.1), model)
    assert talk == (label, 0.4, 0.1)


def test_blend__weights_the_scores_of_the_head() -> None:
    assert blend([0.0, 3.0, 0.0], [0.0, 0.0, 3.0], 1 / 3) == pytest.approx([0.0, 2.0, 1.0])


def test_slot_texts__are_the_coach_before_and_after_and_the_clients_previous_two() -> None:
    dialogue = [
        ("client", "a"),
        ("coach", "b"),
        ("client", "c"),
        ("client", "d"),
        ("coach", "e"),
        ("coach", "f"),
    ]
    session: list[InputUtterance] = []
    context: tuple[ContextLine, ...] = ()
    for index, (role, text) in enumerate(dialogue):
        session.append(InputUtterance(uuid4(), role, index, text, context, False))  # type: ignore[arg-type]
        context = (*context[-1:], ContextLine(role, text))
    assert slot_texts(session) == [
        ("a", "", "", "", "b"),
        ("c", "b", "a", "", "e"),
        ("d", "", "c", "a", "e"),
    ]


def test_tokens__exclude_stutters_fillers_and_stage_notes() -> None:
    assert tokens("i-i, um, don't [laughs] know- know 12?") == ["i", "don't", "know", "12", "?"]


def test_labels__start_with_neutral() -> None:
    assert LABELS[0] == "neutral"
    assert math.isclose(MODEL.prior[0], max(MODEL.prior))
