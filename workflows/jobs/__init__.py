"""The job client: enqueue, follow, cancel and list jobs in the workflow store.

Public: `job_client`, `JobClient`, `Job` (`client`), `CommandProgress`, `percent` (`progress`),
`read_serving_note` (`serving_note`), `clean_home` (`cleaning`).
"""
