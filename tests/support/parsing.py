"""dbt's parsed project, shared by all homes."""

from __future__ import annotations

from typing import Any
from unittest.mock import patch


def one_parse_for_all_homes() -> Any:
    """A patch of dbt, which otherwise parses its project again when the databases are at another path.

    No model depends on that, and tests work on copies of homes.
    """
    from dbt.adapters.duckdb.credentials import DuckDBCredentials

    return patch.object(DuckDBCredentials, "_connection_keys", lambda _self: ("database", "schema"))
