"""Reports: a published snapshot in, PDF, XLSX and CSV out. Heavy libraries are imported when a report is made."""
