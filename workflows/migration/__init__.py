"""Migration of the former system's database, and its validation.

Public: the workflow `migrate` (`migration_workflow`), `Migration` (`migrating`), `format_checks`
(`validation_table`).
"""
