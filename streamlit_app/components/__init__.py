"""What views are built of: panels, tables, forms, buttons and charts."""
