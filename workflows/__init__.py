"""Workflows: what runs, in what order, once: cycles, the build, publishing, and who may run them.

Public: the page uses `page_api`, the command line `cli`; errors for the user are in `errors`.
"""
