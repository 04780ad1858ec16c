"""What everything stands on: settings, the home directory and its files, roles, and the business calendar."""
