"""A practice made up for demonstrations and tests: coaches, clients, their stories and what they say.

`build` gives the same rows for the same arguments, on any machine and on any day. The stories, and what the
analytics must say of each, stand in docs/sample-practice.md and, as data, in `EXPECTATIONS`.
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
