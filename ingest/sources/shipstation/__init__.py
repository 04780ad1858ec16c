"""ShipStation: its orders, labels, fulfillments and reference lists, loaded incrementally."""
