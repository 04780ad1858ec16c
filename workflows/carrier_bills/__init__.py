"""Carrier bills: import of a carrier's file, from the command line or uploaded on the page.

Public: the workflow `import_carrier_bill` (`bill_workflow`), `store_upload`, `remove_old_uploads` (`uploads`).
"""
