"""Reports from a published snapshot as PDF, XLSX and CSV. Large libraries are imported when one is made."""
