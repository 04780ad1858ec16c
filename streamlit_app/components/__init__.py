"""Parts of the views: panels, tables, forms, buttons, charts and actions."""
