"""Reports from a published snapshot as PDF, XLSX and CSV. Large libraries are imported when one is made.

Public: `make_reports`, `archived_report` (`report_archive`), `report_week` (`weekly`), `bill_month` (`monthly`),
`summarize_day`, `count_sheet` (`daily`), `lot_recall_pdf` (`recall`), `make_pdf` (`pdf`), `make_workbook`
(`workbook`), `open_snapshot` (`snapshot_source`).
"""
