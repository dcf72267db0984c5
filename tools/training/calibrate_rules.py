"""Measures each rule's confidence on the nine-cue set and writes it into the table.

    python -m tools.training.calibrate_rules

What ships is measured on both parts of the set; the report also shows what comes out when only one part is
used for measuring and the other for checking (ADR 0021).
"""

import csv
import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from cue_detector.local import confidence as runtime
from cue_detector.local import rules as table
from cue_detector.local.client_talk import Probabilities, load_model
from tools.evaluation import annomi, client_talk
from tools.evaluation.calibration import Calibration, calibrate
from tools.evaluation.cues import candidates, read_gold


def main() -> int:
    """Rewrite the confidences and the calibration file; returns the exit code."""
    if not annomi.is_available():
        print(f"skipped: the dialogues are not in {annomi.DEFAULT_DIRECTORY}")
        return 0
    turns = annomi.client_turns()
    scores = client_talk.cross_validated(turns, [turn.dialogue for turn in turns])
    found = candidates(read_gold(turns), by_utterance(turns, scores), load_model())
    calibration = calibrate(found)
    _write(calibration)
    print(f"{len(found)} matches; weights of the evidence: {dict(calibration.weights)}")
    return 0


def by_utterance(
    turns: Sequence[annomi.ClientTurn], scores: Sequence[Probabilities]
) -> Mapping[str, Probabilities]:
    """Return the scores by utterance id."""
    return {turn.utterance_id: score for turn, score in zip(turns, scores, strict=True)}


def _write(calibration: Calibration) -> None:
    folder = Path(table.__file__).parent
    path = folder / "rules.csv"
    rows = annomi.read_rows(path)
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, rows[0].keys(), lineterminator="\n")
        writer.writeheader()
        for row in rows:
            confidence = calibration.confidences[row["rule_id"]]
            writer.writerow({**row, "confidence": f"{confidence:.2f}"})
    text = json.dumps({"weights": dict(calibration.weights)}, indent=4) + "\n"
    (folder / runtime.CALIBRATION_FILE).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
