"""The dlt sources, one package each.

Public: the packages `shipstation`, `xcart`, `operations`, `legacy`, `carrier_bills`.
"""
