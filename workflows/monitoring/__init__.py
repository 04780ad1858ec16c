"""Checks of the system and of the published data, their history, and the alerts about those that fail."""
