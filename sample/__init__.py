"""Synthetic coaches, clients and sessions for demonstrations and tests.

`build` returns the same rows for the same arguments on any machine and date. docs/sample-practice.md and
`EXPECTATIONS` list the scenarios with the results that the analytics must give.
"""

from sample.expectations import EXPECTATIONS, Expectation
from sample.phrases import sentences
from sample.practice import (
    COACH_IDS,
    DEFAULT_LAST_DATE,
    DEFAULT_SEED,
    DEFAULT_SIZE,
    DEMO_COACH_ID,
    SamplePractice,
    build,
)
from sample.rows import Table

__all__ = [
    "COACH_IDS",
    "DEFAULT_LAST_DATE",
    "DEFAULT_SEED",
    "DEFAULT_SIZE",
    "DEMO_COACH_ID",
    "EXPECTATIONS",
    "Expectation",
    "SamplePractice",
    "Table",
    "build",
    "sentences",
]
