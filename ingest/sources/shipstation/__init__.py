"""ShipStation as a dlt source: orders, labels, fulfillments and reference lists, loaded incrementally.

Run it by itself, into a dlt destination (tested with DuckDB); by default into `shipstation.duckdb` in the current
directory:

    export SOURCES__SHIPSTATION__API_KEY=... SOURCES__SHIPSTATION__API_SECRET=...
    python -m ingest.sources.shipstation --start-date 2025-01-01
    dlt pipeline shipstation info

Or use it in a pipeline of your own: `pipeline.run(shipstation_source(start_date="2025-01-01"))`. Its settings
may also be in `.dlt/config.toml` and `.dlt/secrets.toml`, section `[sources.shipstation]`: `api_key`,
`api_secret`, `start_date`, `base_url`, `requests_per_minute`. The first run begins at `start_date`; each later
one continues where the last ended. Rows are merged on ShipStation's ids, and deleted orders stay. An unreadable
row is logged and left out. Only the worker's load (`load`) tries such rows again, fetches orders that no list
has, and keeps `first_seen_at` and `kept_fields`, so the dbt models need the worker's tables (`worker_tables`).

Public: `shipstation_source` (`shipstation_source`), `load_changes`, `load_backfill_window` (`load`), `reconcile`
(`reconcile`), `adopt_spans` (`adoption`).
"""
