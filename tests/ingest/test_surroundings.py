"""How we load is decided here: not by what else on the machine uses dlt."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from api_rows import ago, order

from ingest.pipeline import Warehouse
from sandbox import Sandbox

PROJECT = Path(__file__).resolve().parents[2]
LOAD = """
import json, sys
from ingest.client.account import Account
from ingest.sources.shipstation.load import load_changes
from ingest.pipeline import Warehouse
from pathlib import Path
import duckdb

home = Path(sys.argv[2])
load_changes(Account(sys.argv[1], "sandbox", "sandbox"), Warehouse(home / "warehouse.duckdb", home / "scratch"))
with duckdb.connect(str(home / "warehouse.duckdb")) as connection:
    loads = connection.execute("select count(_dlt_load_id) from raw_shipstation.orders").fetchone()
print(json.dumps({"rows": loads[0], "page": "streamlit" in sys.modules}))
"""


def test_settings_of_another_project_do_not_change_how_we_load(
    box: Sandbox, warehouse: Warehouse, tmp_path: Path
) -> None:
    box.book.put_order(order(1, ago(hours=1)))
    for folder in (tmp_path / "project", tmp_path / "user"):
        (folder / ".dlt").mkdir(parents=True)
        (folder / ".dlt" / "secrets.toml").write_text("[normalize.parquet_normalizer]\nadd_dlt_load_id = false\n")
    answer = subprocess.run(
        [sys.executable, "-c", LOAD, box.url, str(warehouse.path.parent)],
        cwd=tmp_path / "project",
        env={
            "PYTHONPATH": str(PROJECT),
            "HOME": str(tmp_path / "user"),
            "NORMALIZE__PARQUET_NORMALIZER__ADD_DLT_LOAD_ID": "false",
        },
        capture_output=True,
        text=True,
    )
    assert answer.returncode == 0, answer.stderr
    assert json.loads(answer.stdout) == {"rows": 1, "page": False}
