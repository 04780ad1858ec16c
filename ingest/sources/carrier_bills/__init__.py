"""Carrier bills: UPS and FedEx billing files, Stamps.com transactions, ShipStation's adjustments, and mapped files.

Public: `import_bill`, `preview_bill` (`bill_source`), `read_mapping` (`mapping_file`), `FORMATS` (`bill_formats`).
"""
