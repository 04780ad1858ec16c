"""For programs among the tests: makes their modules importable by name, as pytest does."""

import sys
from pathlib import Path

sys.path += [str(Path(__file__).parent / folder) for folder in ("support", "mail", "dbt", "page", "workflows")]
