"""The X-Cart shop: import of its orders, and upload to ShipStation."""
