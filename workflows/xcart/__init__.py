"""The X-Cart shop: import of its orders, and upload to ShipStation.

Public: the workflows `import_xcart`, `upload` (`xcart_workflows`), `plan` (`upload_plan`), `orders_wait`
(`upload_stock`).
"""
