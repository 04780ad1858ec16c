"""Limits of age, time and number that no operator changes. What may be changed is in `settings`."""

from __future__ import annotations

from datetime import timedelta

# Without a read of ShipStation or a build for so long, the data are stale: business rule "stale after two hours".
# The sources' freshness in dbt says the same (`sources.yml`). A sync is due every five minutes, a build each hour.
STALE_AFTER = timedelta(hours=2)
# Ages and "today" are columns of the marts, so a night without changes is rebuilt this often: half of the above.
REBUILD_AFTER = timedelta(hours=1)
# An older failure of a job is no alert: every scheduled job has run again by then.
FAILURES_MATTER_FOR = timedelta(days=7)
# A check that fails, passes and fails again is mailed at most once in this time, and after it if it still fails.
MAIL_AGAIN_AFTER = timedelta(hours=1)
# An order that was sent may show up in ShipStation's lists a few minutes late; the syncs overlap by as much.
UPLOADS_SETTLE_IN = timedelta(minutes=15)
# A longer sync is marked on the page, and is an alert.
SLOW_SYNC_SECONDS = 60
# More open orders without lines than these are an alert.
MANY_EMPTY_ORDERS = 10
# The daily comparison reads ShipStation again so far back: 268,000 rows at 10,000 orders a day, 14 minutes
# of the API's limit (`benchmarks.reconcile`).
RECONCILED_DAYS = 14
# The contract's "last 10" snapshots.
KEPT_SNAPSHOTS = 10
# With room for fewer snapshots, the disk is an alert: a publication needs one, a full build and a backup as much.
LEAST_ROOM_FOR_SNAPSHOTS = 3
# A failed close is resumed within this time. What a run did stays in `sync_runs` for good.
KEPT_RUNS = timedelta(days=60)
# As the trigger of `login_events` says in `schema.sql`.
KEPT_LOGINS = timedelta(days=400)
# Counts and entries in progress that nobody has changed since.
KEPT_DRAFTS = timedelta(days=30)
KEPT_LOGS = timedelta(days=30)
KEPT_SCRATCH_FILES = timedelta(days=7)
# After a longer pause, a home has no key figures for the days before these.
MOST_KEY_FIGURE_DAYS = 60
# A later expiry date is a typing error: no health product is kept that long.
LATEST_EXPIRY_YEARS = 20
# DuckDB's memory: the rest spills to the scratch directory, which a starting worker empties. A full build of a
# million orders takes 5.4 GB without a limit and 2.8 GB with this one, no slower.
DATABASE_MEMORY = "2500MB"
