"""Ingest: what comes in from outside, brought into the warehouse as it came.

Nothing here interprets data. Payloads land as JSON beside their keys and dates; dbt gives them meaning.
"""
