"""Context managers of every step that writes: the write lock, and errors that state whether to retry."""

import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import dagster as dg
import psycopg

from dagster_pipelines.dbt.errors import PERMANENT_ERROR_CLASSES, BuildError, describe_sqlstate
from dagster_pipelines.dbt.translator import partial_results
from dagster_pipelines.settings import PipelineSettings
from dagster_pipelines.state.write_lock import hold_write_lock
from warehouse.errors import WarehouseError


@contextmanager
def write_lock_held(context: dg.AssetExecutionContext) -> Iterator[None]:
    """Hold the write lock for the duration of a step."""
    with hold_write_lock(PipelineSettings().pipeline_write_lock_timeout_seconds, context.log.info):
        yield


@contextmanager
def translate_errors() -> Iterator[None]:
    """Turn errors into failures that quote no data; only transient errors are retried."""
    try:
        yield
    except dg.Failure:
        raise
    except BuildError as error:
        raise dg.Failure(str(error), allow_retries=error.is_transient) from None
    except WarehouseError as error:
        raise dg.Failure(str(error), allow_retries=False) from None
    except psycopg.Error as error:
        sqlstate = error.sqlstate or ""
        raise dg.Failure(
            describe_sqlstate(sqlstate), allow_retries=sqlstate[:2] not in PERMANENT_ERROR_CLASSES
        ) from None
    except Exception as error:
        # the message of an unexpected error may quote data: only its type and location are reported
        frame = traceback.extract_tb(error.__traceback__)[-1]
        message = f"{type(error).__name__} in {Path(frame.filename).name}, line {frame.lineno}"
        raise dg.Failure(message, allow_retries=False) from None


def report_partial_results(context: dg.AssetExecutionContext, events: Iterator[Any]) -> Iterator[Any]:
    """Yield a step's events; if its build fails, yield the completed models and tests before raising."""
    with translate_errors():
        try:
            yield from events
        except BuildError as error:
            yield from partial_results(context, error.results)
            raise
