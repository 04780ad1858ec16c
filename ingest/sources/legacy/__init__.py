"""The former system: its SQLite file, loaded whole, and its live database, read for comparisons.

Public: `load_legacy`, `open_legacy`, `last_imports` (`legacy_source`), `connected`, `numbers_since`, `rows_of`
(`live_database`).
"""
