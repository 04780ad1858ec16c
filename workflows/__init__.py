"""Jobs: cycles, closes, publishing, reports and mail; configuration and roles.

Public: the page uses `page_api`, the command line `cli`; errors for the user are in `errors`.
"""
