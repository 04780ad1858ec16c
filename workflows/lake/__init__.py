"""The DuckLake that several machines and houses share: publish a home's marts to it, copy a house's from it.

DuckDB's extensions exist for another version than ours on the package index, and a fault in them must not end the
worker: what touches the lake runs in a child process (`child`), which imports `catalog`, `publication`, `changes`,
`houses` and `copying`, and besides them constants of `workflows.config` only.

Public: `publish_to_lake`, `copy_from_lake` (`client`), `read_lake_note` (`lake_note`).
"""
