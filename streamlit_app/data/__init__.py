"""What the views show: queries of the snapshot, the state of jobs and closes, and how values are written.

Public: `Snapshot` (`snapshot_reader`), `freshness` (`freshness`), `close_states` (`close_status`), `recent_runs`
(`run_list`), `count_open` (`open_exceptions`), `Search` (`order_search`), and the formats of `formatted`.
"""
