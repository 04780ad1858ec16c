"""The measurements in docs/developer.md: each prints a table with ratios against a named baseline."""
