"""The closes of day, week and month.

Public: the workflows `eod`, `eow`, `eom` (`close_workflow`), `ready_to_close` (`readiness`), `summary_of`
(`close_summary`), `read_changes` (`since_close`).
"""
