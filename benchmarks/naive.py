"""The baseline: what a first script would be. dlt with its defaults, then `dbt build` on the command line."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import dlt
import requests

from benchmarks.business import PROJECT
from ingest.pacific import filter_start, filter_text


def naive_load(url: str, home: Path, since: datetime) -> None:
    """Page through the orders modified since an instant and let dlt unnest and merge them."""

    @dlt.resource(name="orders", primary_key="orderId", write_disposition="merge")
    def orders() -> Iterator[list[dict[str, Any]]]:
        page, pages = 1, 1
        while page <= pages:
            params: dict[str, str | int] = {
                "modifyDateStart": filter_text(filter_start(since)),
                "sortBy": "ModifyDate",
                "page": page,
                "pageSize": 500,
            }
            answer = requests.get(f"{url}/orders", params, auth=("sandbox", "sandbox"), timeout=60).json()
            pages = answer["pages"]
            yield answer["orders"]
            page += 1

    pipeline = dlt.pipeline(
        "naive",
        pipelines_dir=str(home / "naive"),
        destination=dlt.destinations.duckdb(str(home / "naive.duckdb")),
        dataset_name="raw",
    )
    pipeline.run(orders())


def naive_build(home: Path) -> None:
    """`dbt build` in a process of its own, on this home's warehouse."""
    dbt = PROJECT / "dbt_project"
    subprocess.run(
        [
            str(Path(sys.executable).with_name("dbt")),
            "build",
            *("--project-dir", str(dbt), "--profiles-dir", str(dbt), "--target-path", str(home / "naive_target")),
            *("--log-path", str(home / "naive_logs"), "--quiet"),
        ],
        env={
            "SHIPLEDGER_HOME": str(home),
            "PATH": str(Path(sys.executable).parent),
        },
        check=True,
    )


def beginning() -> datetime:
    """An instant before all data."""
    return datetime(2020, 1, 1, tzinfo=UTC)
