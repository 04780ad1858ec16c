"""The command line: one module for each group of commands, and the worker that runs their jobs."""
