"""The X-Cart shop: orders from its XML export, and their upload to ShipStation."""
