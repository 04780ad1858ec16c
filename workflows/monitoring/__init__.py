"""Checks of the system and of the published data, their history, and what alerts follow from them."""
