"""A quarter, October to December 2026, with its closes pressed as the business would; see `test_quarter.py`."""
