"""Backups of a home, and restoring one.

Public: the workflow `backup` (`backup_workflow`), `restore_backup` (`restoring`), `make_backup` (`backup_file`),
`remove_leftovers` (`leftovers`).
"""
