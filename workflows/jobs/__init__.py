"""The job client: enqueue, follow, cancel and list jobs in the workflow store."""
