"""The page: shows published snapshots and the state of jobs, starts jobs and records entries.

It never opens the warehouse. Of `workflows` it imports `workflows.page_api` only, which lists all it uses; a
contract in pyproject.toml enforces it. `data` reads, `components` show, and `views` has a module for each page.

Public: `main` (`app`), which Streamlit runs, `page_command` (`server`), `VIEWS` (`navigation`).
"""
