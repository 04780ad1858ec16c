"""Load ShipStation into a dlt destination; see the package's docstring."""

from __future__ import annotations

import argparse
import logging
import sys
from collections.abc import Sequence
from datetime import datetime

import dlt
from dlt.common.configuration.exceptions import ConfigFieldMissingException
from dlt.common.runtime.telemetry import stop_telemetry
from dlt.pipeline.exceptions import PipelineStepFailed

from ingest.errors import CredentialsRejected
from ingest.pipeline import ingest_error
from ingest.sources.shipstation.shipstation_source import shipstation_source

_REJECTED = (
    "ShipStation rejected the credentials. Check SOURCES__SHIPSTATION__API_KEY and "
    "SOURCES__SHIPSTATION__API_SECRET, or api_key and api_secret under [sources.shipstation] in .dlt/secrets.toml."
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the pipeline once. Returns the exit code."""
    parser = argparse.ArgumentParser("python -m ingest.sources.shipstation", description=__doc__)
    parser.add_argument(
        "destination", nargs="?", default="duckdb", help="a dlt destination, or a path that ends in .duckdb"
    )
    parser.add_argument(
        "--start-date",
        type=_iso_date,
        help="where the first run begins (UTC; by default everything); later runs continue at their cursor",
    )
    parser.add_argument("--base-url", help="the API's address, if not ShipStation's own")
    parser.add_argument("--pipeline", default="shipstation", help="the pipeline's name (%(default)s)")
    parser.add_argument("--dataset", default="raw_shipstation", help="the schema to load into (%(default)s)")
    given = parser.parse_args(arguments)
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(message)s")
    _configure()
    settings = {"start_date": given.start_date, "base_url": given.base_url}
    is_file = given.destination.endswith(".duckdb")
    try:
        pipeline = dlt.pipeline(
            given.pipeline,
            destination=dlt.destinations.duckdb(given.destination) if is_file else given.destination,
            dataset_name=given.dataset,
        )
        info = pipeline.run(shipstation_source(**{name: value for name, value in settings.items() if value}))
    except ConfigFieldMissingException as problem:
        sys.stderr.write(f"{problem}\n")
        return 78
    except PipelineStepFailed as problem:
        cause = ingest_error(problem) or problem
        if isinstance(cause, CredentialsRejected):
            sys.stderr.write(f"{_REJECTED}\n")
            return 78
        sys.stderr.write(f"{cause}\n")
        return 1
    sys.stdout.write(f"{info}\n")
    return 0


def _iso_date(text: str) -> str:
    datetime.fromisoformat(text)
    return text


def _configure() -> None:
    # Nothing leaves this machine but requests to ShipStation and the load.
    dlt.config["runtime.dlthub_telemetry"] = False
    # At another level, dlt warns of each payload that is text in Arrow and JSON in the table.
    dlt.config["runtime.log_level"] = "ERROR"
    dlt.config["normalize.parquet_normalizer.add_dlt_load_id"] = True
    # dlt has read its runtime settings when it was imported.
    stop_telemetry()
    dlt.current.run_context().initialize_runtime()


if __name__ == "__main__":
    sys.exit(main())
