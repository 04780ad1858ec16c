"""Retention: personal data are redacted after their retention period."""
