"""Retention: personal data are removed once they are past their time."""
