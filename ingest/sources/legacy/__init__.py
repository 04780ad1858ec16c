"""The former system: its SQLite file, loaded whole, and its live database, read for comparisons."""
