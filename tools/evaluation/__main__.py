"""Evaluates detectors and rules against gold labels and writes docs/evaluation.md (`make eval`)."""

import sys
from pathlib import Path

from tools.evaluation import annomi

REPORT = Path(__file__).resolve().parents[2] / "docs" / "evaluation.md"


def main() -> int:
    """Write the report; skipped if the dialogues or scikit-learn are missing. Returns the exit code."""
    if not annomi.is_available():
        print(
            f"evaluation skipped: no dialogues in {annomi.data_directory()} (set {annomi.DIRECTORY_VARIABLE})"
        )
        return 0
    try:
        from tools.evaluation import report  # noqa: PLC0415 - imports scikit-learn, a development dependency
    except ModuleNotFoundError as error:
        print(f"evaluation skipped: {error.name} is not installed (development dependency group)")
        return 0
    text = report.build()
    REPORT.write_text(text, encoding="utf-8")
    print(text)
    print(f"written to docs/{REPORT.name}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
