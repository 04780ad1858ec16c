"""The closes of day, week and month."""
