"""Carrier bills: billing files of UPS and FedEx, Stamps.com transactions, ShipStation's adjustments, mapped files.

Public: `import_bill`, `preview_bill` (`bill_source`), `read_mapping` (`mapping_file`), `FORMATS` (`bill_formats`).
"""
