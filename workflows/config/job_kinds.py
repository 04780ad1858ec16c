"""The kinds of jobs. A module of its own: importing the job client takes half a second."""

from __future__ import annotations

CLOSES = ("eod", "eow", "eom")
# They send mail or read the former system, which may take long, and do not use the warehouse: they run
# concurrently with the other jobs.
CONCURRENT = ("digest", "watch", "parity")
# Every kind but `watch`, which is too frequent to be listed.
KINDS = (
    *("sync", "backfill", "reconcile", "import-xcart", "upload", "import-carrier-bill"),
    *CLOSES,
    *("migrate", "parity", "retention", "backup", "health", "cleanup", "digest"),
)
