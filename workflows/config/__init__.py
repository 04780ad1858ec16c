"""Settings, thresholds, the home directory and its files, roles, and the business calendar."""
