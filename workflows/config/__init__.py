"""Settings, thresholds, the home directory and its files, roles, and the business calendar.

Public: `Settings`, `read_settings` (`settings`), `open_operations_database` (`operations_database`),
`open_snapshot`, `current_snapshot` (`snapshots`), `Period` (`periods`), `Role`, `Person` (`roles`), and the limits
in `thresholds`.
"""
