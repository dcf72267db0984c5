"""The frame around every step that writes: one writer at a time, and errors that say whether to try again."""

import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import dagster as dg
import psycopg

from dagster_pipelines.assets.translation import events_of_failed
from dagster_pipelines.resources.dbt import BuildError, condition
from dagster_pipelines.settings import PipelineSettings
from dagster_pipelines.state.writer import single_writer
from warehouse.writer import WriterBusyError


@contextmanager
def writing(context: dg.AssetExecutionContext) -> Iterator[None]:
    """Hold the writers' lock for the time of a step."""
    with single_writer(PipelineSettings().writer_wait_seconds, context.log.info):
        yield


@contextmanager
def for_dagster() -> Iterator[None]:
    """Turn errors into failures without anybody's words; only what may pass by itself is tried again."""
    try:
        yield
    except dg.Failure:
        raise
    except BuildError as error:
        raise dg.Failure(str(error), allow_retries=error.is_transient) from None
    except WriterBusyError as error:
        raise dg.Failure(str(error), allow_retries=False) from None
    except psycopg.Error as error:
        state = error.sqlstate or ""
        raise dg.Failure(condition(state), allow_retries=state[:2] not in ("22", "23", "42")) from None
    except Exception as error:
        # a fault of ours: where, but not what it says, which may hold a row
        where = traceback.extract_tb(error.__traceback__)[-1]
        sentence = f"{type(error).__name__} in {Path(where.filename).name}, line {where.lineno}"
        raise dg.Failure(sentence, allow_retries=False) from None


def telling(events: Iterator[Any]) -> Iterator[Any]:
    """Pass on a step's events; of a build that failed, what was built by then and what the tests said."""
    with for_dagster():
        try:
            yield from events
        except BuildError as error:
            yield from events_of_failed(error.built)
            raise
