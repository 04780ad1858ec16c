"""The page's views, one module each; `navigation` lists them."""
