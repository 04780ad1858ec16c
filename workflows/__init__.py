"""Jobs: cycles, closes, publishing, reports and mail; configuration and roles."""
