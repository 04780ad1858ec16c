"""Backups of a home, and restoring one."""
