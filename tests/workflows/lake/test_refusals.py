"""What DuckDB and PostgreSQL say about the lake, in a sentence for the user."""

from __future__ import annotations

import pytest

from workflows.config.lake_settings import Lake
from workflows.lake.refusals import refusal

# As it was said when the cable of a machine was out.
CUT = (
    'Failed to get extended data file list from DuckLake: Failed to prepare COPY "COPY (SELECT "table_id" FROM '
    '"public"."ducklake_delete_file") TO STDOUT (FORMAT "binary");": could not receive data from server: '
    "No route to host\n"
)
NEVER_THERE = (
    'IO Error: Unable to connect to Postgres: connection to server at "10.9.8.1", port 5432 failed: '
    "No route to host\n\tIs the server running on that host and accepting TCP/IP connections?"
)


@pytest.mark.parametrize(
    ("reason", "said"),
    [
        (CUT, "could not receive data from server: No route to host"),
        (NEVER_THERE, 'connection to server at "10.9.8.1", port 5432 failed: No route to host'),
    ],
)
def test_a_network_that_is_cut_is_said_in_the_servers_words(reason: str, said: str) -> None:
    problem = refusal(Lake("ducklake:postgres:", None, "dallas", None), "Error", reason)
    assert str(problem).startswith(f"The lake does not answer ({said}). Start the server")
