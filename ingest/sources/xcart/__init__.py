"""The X-Cart shop: orders from its XML export, and their upload to ShipStation.

Public: `import_orders` (`xcart_source`), `look_up`, `send` (`order_upload`), `load_upload_log` (`upload_history`).
"""
