"""The views, one module for each page; `navigation` lists them."""
