"""Append-only records in the operations database: operators' entries, notes, switches and closed periods."""
