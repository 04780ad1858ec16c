"""Measurements behind the README's figures: each prints a table with ratios against a named baseline."""
