"""The baseline: a plain dlt pipeline with dlt's incremental cursor, and an ordinary dbt project on what it loaded.

`baseline_dbt/` has some twenty models that give the contract's core tables: no lots assigned, no closed months, no
exceptions. Run as a command, `python -m benchmarks.baseline URL HOME` loads what changed and builds.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import dlt
import requests

from benchmarks.business import PROJECT

_BEGINNING = "2020-01-01T00:00:00.0000000"
_PAGE = 500


def main() -> None:
    """Load what changed since the last run from a URL into a home, and build."""
    url, home = sys.argv[1], Path(sys.argv[2])
    pipeline = dlt.pipeline(
        "baseline",
        pipelines_dir=str(home / "baseline"),
        destination=dlt.destinations.duckdb(str(home / "baseline.duckdb")),
        dataset_name="raw",
    )
    pipeline.run(shipstation(url))
    project = PROJECT / "benchmarks" / "baseline_dbt"
    folders = ("--project-dir", str(project), "--profiles-dir", str(project))
    outputs = ("--target-path", str(home / "target"), "--log-path", str(home / "logs"), "--quiet")
    subprocess.run(
        [str(Path(sys.executable).with_name("dbt")), "build", *folders, *outputs],
        env=os.environ | {"BASELINE_WAREHOUSE": str(home / "baseline.duckdb")},
        check=True,
    )


@dlt.source(max_table_nesting=1)
def shipstation(url: str) -> Iterator[Any]:
    """Orders by when they were modified, labels by when they were made; dlt unnests and merges them."""

    @dlt.resource(primary_key="orderId", write_disposition="merge")
    def orders(
        since: dlt.sources.incremental[str] = dlt.sources.incremental("modifyDate", initial_value=_BEGINNING),
    ) -> Iterator[list[dict[str, Any]]]:
        yield from _pages(url, "orders", modifyDateStart=since.last_value, sortBy="ModifyDate")

    @dlt.resource(primary_key="shipmentId", write_disposition="merge")
    def shipments(
        since: dlt.sources.incremental[str] = dlt.sources.incremental("createDate", initial_value=_BEGINNING),
    ) -> Iterator[list[dict[str, Any]]]:
        start = since.last_value
        yield from _pages(
            url, "shipments", createDateStart=start, sortBy="CreateDate", includeShipmentItems="true"
        )

    yield orders
    yield shipments


def _pages(url: str, rows: str, **filters: Any) -> Iterator[list[dict[str, Any]]]:
    page, pages = 1, 1
    while page <= pages:
        answer = requests.get(
            f"{url}/{rows}",
            {**filters, "page": page, "pageSize": _PAGE},
            auth=("sandbox", "sandbox"),
            timeout=60,
        ).json()
        pages = answer["pages"]
        yield answer[rows]
        page += 1


if __name__ == "__main__":
    main()
