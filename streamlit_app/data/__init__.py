"""What the views show: queries of the snapshot, the state of jobs and closes, and how values are written."""
