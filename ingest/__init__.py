"""Ingest: loads the raw data of each source into the warehouse.

Nothing here interprets data: payloads are stored as JSON beside their keys and dates, and dbt's models parse them.

Public: `Warehouse`, `load` (`pipeline`), `ExceptionRow` (`exceptions`), `IngestError` (`errors`), and the sources
in `sources`.
"""
