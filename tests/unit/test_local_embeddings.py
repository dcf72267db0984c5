import json
import struct
from pathlib import Path

import numpy as np
import pytest

from cue_detector.local.embeddings import (
    DIMENSIONS,
    SentenceEncoder,
    _basic_tokens,
    _gelu,
    _read_safetensors,
    load_encoder,
)

ENCODER = load_encoder()
needs_extra = pytest.mark.skipif(ENCODER is None, reason="the extra `embeddings` is not installed")


def test_basic_tokens__separate_punctuation_and_remove_accents() -> None:
    assert _basic_tokens("Caf\u00e9, it's 5!") == [  # codespell:ignore
        "cafe",
        ",",
        "it",
        "'",
        "s",
        "5",
        "!",
    ]  # codespell:ignore caf


def test_read_safetensors__reads_a_tensor(tmp_path: Path) -> None:
    values = np.arange(6, dtype="<f4").reshape(2, 3)
    header = json.dumps({"w": {"dtype": "F32", "shape": [2, 3], "data_offsets": [0, 24]}}).encode()
    path = tmp_path / "m.safetensors"
    path.write_bytes(struct.pack("<Q", len(header)) + header + values.tobytes())
    assert (_read_safetensors(path)["w"] == values).all()


def test_gelu__is_x_times_the_normal_distribution() -> None:
    values = _gelu(np.array([-1.0, 0.0, 1.0, 3.0], dtype=np.float32))
    assert values == pytest.approx([-0.158655, 0.0, 0.841345, 2.99595], abs=1e-5)


@needs_extra
def test_encode__maps_similar_texts_to_near_vectors_and_blank_text_to_zero() -> None:
    assert isinstance(ENCODER, SentenceEncoder)
    quit_smoking, stop_cigarettes, weather, blank = ENCODER.encode(
        ["I want to quit smoking", "I plan to stop using cigarettes", "The weather is nice today", " "]
    )
    assert quit_smoking.shape == (DIMENSIONS,)
    assert np.linalg.norm(quit_smoking) == pytest.approx(1, abs=1e-5)
    assert quit_smoking @ stop_cigarettes > 0.6 > 0.3 > quit_smoking @ weather
    assert not blank.any()
