"""Migration of the former system's database, and its validation."""
