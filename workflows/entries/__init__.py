"""Append-only records in the operations database: entries, acknowledgements, switches, logins and closed periods.

Public: `record_entry`, `recent_entries` (`recording`), `EntryLog` (`entry_log`), `acknowledge`,
`current_acknowledgements` (`acknowledgements`), `read_switches`, `turn_switch` (`switches`), `record_close`,
`last_close` (`close_log`), `record_login_event`, `recent_login_events` (`login_log`), `closed_months`
(`closed_months`), and the files of `month_files`.
"""
