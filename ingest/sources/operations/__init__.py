"""The operations database: operators' entries and closed periods."""
