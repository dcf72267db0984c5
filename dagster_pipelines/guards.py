"""The frame around every step that writes: one writer at a time, and errors that say whether to try again."""

import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import dagster as dg
import psycopg

from dagster_pipelines.dbt.translator import events_of_failed
from dagster_pipelines.resources.dbt import BuildError, describe_sqlstate
from dagster_pipelines.settings import PipelineSettings
from dagster_pipelines.state.write_lock import hold_write_lock
from warehouse.write_lock import WriteLockTimeoutError


@contextmanager
def write_lock_held(context: dg.AssetExecutionContext) -> Iterator[None]:
    """Hold the writers' lock for the time of a step."""
    with hold_write_lock(PipelineSettings().pipeline_write_lock_timeout_seconds, context.log.info):
        yield


@contextmanager
def translate_errors() -> Iterator[None]:
    """Turn errors into failures without anybody's words; only what may pass by itself is tried again."""
    try:
        yield
    except dg.Failure:
        raise
    except BuildError as error:
        raise dg.Failure(str(error), allow_retries=error.is_transient) from None
    except WriteLockTimeoutError as error:
        raise dg.Failure(str(error), allow_retries=False) from None
    except psycopg.Error as error:
        state = error.sqlstate or ""
        raise dg.Failure(
            describe_sqlstate(state), allow_retries=state[:2] not in ("22", "23", "42")
        ) from None
    except Exception as error:
        # a fault of ours: where, but not what it says, which may hold a row
        where = traceback.extract_tb(error.__traceback__)[-1]
        sentence = f"{type(error).__name__} in {Path(where.filename).name}, line {where.lineno}"
        raise dg.Failure(sentence, allow_retries=False) from None


def report_partial_results(events: Iterator[Any]) -> Iterator[Any]:
    """Pass on a step's events; of a build that failed, what was built by then and what the tests said."""
    with translate_errors():
        try:
            yield from events
        except BuildError as error:
            yield from events_of_failed(error.built)
            raise
