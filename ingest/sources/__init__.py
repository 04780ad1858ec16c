"""The dlt sources, one package each."""
