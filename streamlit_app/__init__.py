"""The page: shows published snapshots and the state of the jobs. It never opens the warehouse."""
