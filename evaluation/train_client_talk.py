"""Trains the client talk model on the development dialogues and writes its one versioned file.

    python -m evaluation.train_client_talk

Run again, it writes the same file (scikit-learn's solver is deterministic; coefficients keep 4 decimals).
"""

import json
import sys
from pathlib import Path

from cue_detector.local import client_talk as runtime
from cue_detector.local.features import extract
from evaluation import annomi, client_talk


def main() -> int:
    """Write the model file; returns the exit code."""
    if not annomi.is_available():
        print(f"skipped: the dialogues are not in {annomi.DEFAULT_DIRECTORY}")
        return 0
    turns = annomi.client_turns()
    features = [extract(line) for line in client_talk.lines_of(turns)]
    model = client_talk.train(features, [turn.label for turn in turns])
    path = Path(runtime.__file__).with_name(runtime.MODEL_FILE)
    path.write_text(_one_entry_a_line(model), encoding="utf-8")
    print(f"{path.name}: {path.stat().st_size / 1000:.0f} kB, {len(turns)} utterances")
    return 0


def _one_entry_a_line(model: dict[str, object]) -> str:
    """Return the model as JSON with a line for each table, so that a change is readable in a diff."""
    parts = [f"{json.dumps(name)}: {json.dumps(value, ensure_ascii=True)}" for name, value in model.items()]
    return "{\n" + ",\n".join(parts) + "\n}\n"


if __name__ == "__main__":
    sys.exit(main())
