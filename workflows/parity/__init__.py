"""Shadow mode: comparing with the former system field by field while it still runs, and the cutover."""
