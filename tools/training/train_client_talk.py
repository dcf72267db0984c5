"""Trains the client talk model on the development dialogues and writes its file.

    python -m tools.training.train_client_talk

Reproducible: the solver is deterministic, and coefficients have 4 decimals. If the extra `embeddings` is
installed, also trains the embedding head.
"""

import json
import sys
from pathlib import Path

from cue_detector.local import client_talk as runtime
from cue_detector.local.client_talk_embeddings import HEAD_FILE
from cue_detector.local.embeddings import load_encoder
from cue_detector.local.features import extract
from tools.evaluation import annomi, client_talk, client_talk_embeddings


def main() -> int:
    """Write the model files; returns the exit code."""
    if not annomi.is_available():
        print(f"skipped: no dialogues in {annomi.data_directory()}")
        return 0
    turns = annomi.client_turns()
    features = [extract(line) for line in client_talk.lines_of(turns)]
    labels = [turn.label for turn in turns]
    model = client_talk.train(features, labels)
    _write(runtime.MODEL_FILE, model)
    encoder = load_encoder()
    if encoder is None:
        print(f"{HEAD_FILE} unchanged: the extra `embeddings` is not installed")
    else:
        vectors = client_talk_embeddings.vectors_of(turns, encoder)
        _write(
            HEAD_FILE,
            client_talk_embeddings.train_head(features, vectors, labels, runtime.Model.from_dict(model)),
        )
    return 0


def _write(name: str, model: dict[str, object]) -> None:
    path = Path(runtime.__file__).with_name(name)
    path.write_text(_one_line_per_key(model), encoding="utf-8")
    print(f"{name}: {path.stat().st_size / 1000:.0f} kB")


def _one_line_per_key(model: dict[str, object]) -> str:
    """Return the model as JSON with one line per key, for readable diffs."""
    parts = [f"{json.dumps(name)}: {json.dumps(value, ensure_ascii=True)}" for name, value in model.items()]
    return "{\n" + ",\n".join(parts) + "\n}\n"


if __name__ == "__main__":
    sys.exit(main())
