"""Checks of the system and of the published data, their history, and the alerts about those that fail.

Public: `Check` (`checks`), `run_health` (`health`), `read_status` (`status`), `failed_conditions`
(`condition_checks`), `read_system_state` (`system_state`), `exception_kind` (`exception_kinds`), the workflows
`watch`, `digest`, `health`, `cleanup` (`scheduled_jobs`).
"""
