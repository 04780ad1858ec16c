"""One cycle: load what changed, build and test the models, publish a snapshot.

Public: the workflows `sync`, `backfill`, `reconcile`, and `build_and_publish` (`cycle_workflows`), `Engine`
(`engine`), `read_published` (`published_state`), `last_read` (`last_read`), `key_figures` (`key_figures`),
`read_open_units` (`open_units`).
"""
