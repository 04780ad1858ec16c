"""Parts of the views: panels, tables, forms, buttons, charts and actions.

Public: `panel`, `table`, `chart` (`panels`), `start`, `authorize` (`actions`), `show_closes` (`close_cards`),
`show_status_bar` (`status_bar`), `find_alerts` (`alerts`), and one `show_...` in each module of a panel.
"""
