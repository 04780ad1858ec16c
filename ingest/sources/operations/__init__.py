"""The operations database: operators' entries and closed periods.

Public: `load_operations` (`operations_source`).
"""
