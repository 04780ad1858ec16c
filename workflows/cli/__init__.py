"""The command line: one module for each group of commands, and the worker that runs their jobs.

Public: `run_worker` (`worker`), `serve` (`serving`), `run_job` (`run_job`), and the commands in the modules
`*_commands`, which `orchestrate.py` lists.
"""
