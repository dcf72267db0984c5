"""Calibrates the confidence of each rule on the nine-cue set and writes it to rules.csv.

    python -m tools.training.calibrate_rules

Uses both parts of the set. docs/evaluation.md also contains results of a calibration on one part only.
"""

import csv
import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from cue_detector.local import rules
from cue_detector.local.client_talk import Probabilities, load_model
from cue_detector.local.confidence import CALIBRATION_FILE
from tools.evaluation import annomi, client_talk
from tools.evaluation.calibration import Calibration, calibrate
from tools.evaluation.cues import read_gold, rule_matches


def main() -> int:
    """Write rules.csv and the calibration file; returns the exit code."""
    if not annomi.is_available():
        print(f"skipped: no dialogues in {annomi.data_directory()}")
        return 0
    turns = annomi.client_turns()
    scores = client_talk.cross_validated(turns, [turn.dialogue for turn in turns])
    matches = rule_matches(read_gold(turns), by_utterance(turns, scores), load_model())
    calibration = calibrate(matches)
    _write(calibration)
    print(f"{len(matches)} matches; weights: {dict(calibration.weights)}")
    return 0


def by_utterance(
    turns: Sequence[annomi.ClientTurn], scores: Sequence[Probabilities]
) -> Mapping[str, Probabilities]:
    """Return the scores by utterance id."""
    return {turn.utterance_id: score for turn, score in zip(turns, scores, strict=True)}


def _write(calibration: Calibration) -> None:
    directory = Path(rules.__file__).parent
    path = directory / rules.RULES_FILE
    rows = annomi.read_rows(path)
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, rows[0].keys(), lineterminator="\n")
        writer.writeheader()
        for row in rows:
            confidence = calibration.confidences[row["rule_id"]]
            writer.writerow({**row, "confidence": f"{confidence:.2f}"})
    text = json.dumps({"weights": dict(calibration.weights)}, indent=4) + "\n"
    (directory / CALIBRATION_FILE).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
