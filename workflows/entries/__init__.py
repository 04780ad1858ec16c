"""Append-only records in the operations database: entries, acknowledgements, switches and closed periods."""
