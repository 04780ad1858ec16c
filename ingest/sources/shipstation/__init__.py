"""ShipStation as a dlt source: orders, labels, fulfillments and reference lists, loaded incrementally.

Run it by itself, into any dlt destination; by default into `shipstation.duckdb` in the current directory:

    export SOURCES__SHIPSTATION__API_KEY=... SOURCES__SHIPSTATION__API_SECRET=...
    python -m ingest.sources.shipstation --start-date 2025-01-01
    dlt pipeline shipstation info

Or use it in a pipeline of your own: `pipeline.run(shipstation_source(start_date="2025-01-01"))`. Its settings may
also be in `.dlt/config.toml` and `.dlt/secrets.toml`, section `[sources.shipstation]`: `api_key`, `api_secret`,
`start_date`, `base_url`, `requests_per_minute`. Rows are merged on ShipStation's ids, so loading a span again is
harmless; deleted orders stay. What the worker adds (exceptions, order states, watermarks) is in `worker_tables`.

Public: `shipstation_source` (`shipstation_source`), `load_changes`, `load_backfill_window` (`load`), `reconcile`
(`reconcile`), `adopt_spans` (`adoption`).
"""
