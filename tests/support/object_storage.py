"""A real S3-compatible server for tests, which keeps its buckets as folders."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import requests
from inbox import free_port

BUCKET = "ledger"


@contextmanager
def object_storage(folder: Path) -> Iterator[dict[str, str]]:
    """A server with one bucket, for as long as the block lasts; gives the variables with which DuckDB finds it."""
    port, pause = free_port(), threading.Event()
    command = [sys.executable, "-m", "localbucket", "--port", str(port), str(folder)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            while process.poll() is None:
                try:
                    requests.put(f"http://127.0.0.1:{port}/{BUCKET}").raise_for_status()
                    break
                except requests.ConnectionError:
                    pause.wait(0.05)
            assert process.poll() is None, "The server did not start."
            yield {
                "AWS_ACCESS_KEY_ID": "key",
                "AWS_SECRET_ACCESS_KEY": "secret",
                "AWS_REGION": "us-east-1",
                "DUCKDB_S3_ENDPOINT": f"127.0.0.1:{port}",
                "DUCKDB_S3_USE_SSL": "false",
            }
        finally:
            process.terminate()
