"""The factory of the worker's dlt pipelines, and functions to load and query with them."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import dlt
from dlt.common.configuration.container import Container
from dlt.common.configuration.providers import ConfigProvider, CustomLoaderDocProvider
from dlt.common.configuration.specs import PluggableRunContext
from dlt.common.pipeline import LoadInfo
from dlt.common.runtime.run_context import RunContext
from dlt.destinations.exceptions import DatabaseUndefinedRelation
from dlt.destinations.impl.duckdb.configuration import DuckDbCredentials
from dlt.destinations.sql_client import SqlClientBase
from dlt.pipeline.exceptions import PipelineStepFailed

from ingest.errors import IngestError, WarehouseUnusable

# Settings of dlt, with the reason for each.
_DLT_SETTINGS = {
    "runtime": {
        # Nothing leaves this machine but requests to ShipStation.
        "dlthub_telemetry": False,
        # The worker has a log of its own.
        "log_level": "CRITICAL",
        # Signals are the worker's to handle.
        "intercept_signals": False,
    },
    # One resource after the other: exceptions and watermarks come after the rows they belong to.
    "extract": {"next_item_mode": "fifo"},
    # dbt finds new rows by their load id.
    "normalize": {"parquet_normalizer": {"add_dlt_load_id": True}},
    "load": {
        # DuckDB takes one writer at a time; more workers would only wait.
        "workers": 1,
        # Loaded rows must not stay in files beside the warehouse.
        "delete_completed_jobs": True,
    },
}


# DuckDB's memory while it merges a load. Its default is most of the machine's memory; with this a backfill's
# process stays under 1 GB, and a load takes a tenth longer.
_MEMORY_LIMIT = "256MB"
# The shop's file of 100,000 orders is one load; with this it takes 456 MB instead of 574, and a second more.
_SMALLER_LIMITS = {"xcart": "128MB", "carrier_bills": "128MB"}


# Called with (list name, rows so far, rows expected).
Progress = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Warehouse:
    """The path of the warehouse, and a directory for dlt's working files, which may be deleted at any time."""

    path: Path
    scratch: Path


class _IsolatedContext(RunContext):  # type: ignore[misc]
    """Makes `_DLT_SETTINGS` the only place in which dlt looks for settings.

    By default, the environment and the `.dlt` folders of the working directory and of the user come first, so
    another project could change how we load. Without secrets there, dlt even imports Streamlit (0.4 s) to look for
    them.
    """

    def initial_providers(self) -> list[ConfigProvider]:
        return [CustomLoaderDocProvider("shipledger", lambda: _DLT_SETTINGS, supports_secrets=False)]


@cache
def _configure() -> None:
    """Set dlt's settings before it looks for any."""
    Container()[PluggableRunContext] = PluggableRunContext(_IsolatedContext(None))


@cache
def create_pipeline(warehouse: Warehouse, source: str) -> dlt.Pipeline:
    """Return the pipeline that loads a source into the schema `raw_<source>`; one for each process.

    Its working directory starts empty: everything that must outlive a run is in the warehouse, so what a killed
    run left is deleted here and fetched again.
    """
    _configure()
    name = f"shipledger_{source}"
    shutil.rmtree(warehouse.scratch / name, ignore_errors=True)
    return dlt.pipeline(
        name,
        pipelines_dir=str(warehouse.scratch),
        destination=dlt.destinations.duckdb(_credentials(warehouse.path, source)),
        dataset_name=f"raw_{source}",
    )


def _credentials(path: Path, source: str) -> DuckDbCredentials:
    credentials = DuckDbCredentials(str(path))
    credentials.global_config = {
        "memory_limit": _SMALLER_LIMITS.get(source, _MEMORY_LIMIT),
        "force_compression": "zstd",
    }
    return credentials


@contextmanager
def held_open(pipeline: dlt.Pipeline) -> Iterator[SqlClientBase[Any]]:
    """Keep the warehouse open within the block, and return a client to query it.

    dlt opens the file for each of its jobs, some 25 times a load at 20 ms each. DuckDB shares one instance among
    the connections of a process, so while one is open the others cost nothing. A client that was opened before its
    schema existed never finds a table in it, so in an empty warehouse the schema is created first.
    """
    with pipeline.sql_client() as client:
        if client.has_dataset():
            yield client
            return
        client.create_dataset()
    with pipeline.sql_client() as client:
        yield client


def query(client: SqlClientBase[Any], sql: str, *args: Any) -> list[tuple[Any, ...]]:
    """Return the rows of a query in the client's dataset; none while a table it names does not exist."""
    try:
        return list(client.execute_sql(sql, *args) or [])
    except DatabaseUndefinedRelation:
        return []


def table_names(client: SqlClientBase[Any]) -> frozenset[str]:
    """Return the names of the tables in the client's dataset."""
    schema = client.dataset_name
    rows = query(client, "select table_name from information_schema.tables where table_schema = %s", schema)
    return frozenset(name for (name,) in rows)


def load(pipeline: dlt.Pipeline, source: Any) -> LoadInfo:
    """Extract, normalize and load a source as Parquet.

    Raises:
        IngestError: The error that the source raised.
        WarehouseUnusable: The warehouse could not be written.
    """
    try:
        info = pipeline.run(source, loader_file_format="parquet")
        info.raise_on_failed_jobs()
    except PipelineStepFailed as problem:
        pipeline.abort_packages()
        cause = ingest_error(problem)
        if cause is not None:
            raise cause from problem
        if problem.step == "load":
            raise WarehouseUnusable(
                f"Loading into the warehouse {pipeline.destination.config_params.get('credentials')} failed: "
                f"{_last_line(problem)}. Nothing was published; the next run repeats it."
            ) from problem
        raise
    return info


def ingest_error(problem: BaseException) -> IngestError | None:
    """Return the error of this package that caused another one, if any."""
    cause: BaseException | None = problem
    while cause is not None:
        if isinstance(cause, IngestError):
            return cause
        cause = cause.__cause__ or cause.__context__
    return None


def _last_line(problem: PipelineStepFailed) -> str:
    return str(problem.exception).strip().splitlines()[-1]
