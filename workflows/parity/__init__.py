"""Shadow mode: the former system, while it still runs, compared with ours field by field; and the cutover."""
