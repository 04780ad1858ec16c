"""Retention: personal data are redacted after their retention period.

Public: the workflow `retention` (`retention_workflow`), `count_due`, `remove_due` (`retention`).
"""
