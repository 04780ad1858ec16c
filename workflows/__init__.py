"""Workflows: what runs, in what order, once: cycles, the build, publishing, and who may run them."""
