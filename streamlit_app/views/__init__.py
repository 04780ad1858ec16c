"""The views, one module for each page; `navigation` lists them.

Public: `show` in each module.
"""
