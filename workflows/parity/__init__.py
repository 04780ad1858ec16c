"""Shadow mode: comparing with the former system field by field while it still runs, and the cutover.

Public: the workflow `parity` (`parity_workflow`), `cut_over`, `roll_back`, `read_parity_status` (`cutover`),
`recent_runs`, `differences_of` (`comparison_log`), `last_event` (`cutover_log`).
"""
