from __future__ import annotations

import re
from pathlib import Path

from workflows.cli.lineage import TARGET, render_lineage

MODELS = Path(__file__).resolve().parents[3] / "dbt_project" / "models"


def test_the_pictures_show_every_model_and_what_it_reads() -> None:
    rendered = render_lineage()
    assert rendered == TARGET.read_text(), "run `make docs`"
    drawn = set(re.findall(r"^    (\w+)\[\1\]$", rendered, re.MULTILINE))
    assert drawn == {path.stem for layer in ("intermediate", "marts") for path in (MODELS / layer).rglob("*.sql")}
    assert "    charge_report_daily --> charge_report_monthly\n" in rendered
