"""One cycle: load what changed, build and test the models, publish a snapshot."""
