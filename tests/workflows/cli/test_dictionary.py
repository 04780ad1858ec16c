from __future__ import annotations

from workflows.cli.dictionary import TARGET, render_dictionary


def test_the_data_dictionary_says_what_the_models_say_and_leaves_no_column_without_meaning() -> None:
    rendered = render_dictionary()
    assert rendered == TARGET.read_text(), "run `make docs`"
    assert "| |\n" not in rendered.replace("  ", " ")
