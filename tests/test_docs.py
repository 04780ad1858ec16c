"""The documentation is true where a program can tell: its links, paths, commands, and its length."""

from __future__ import annotations

import ast
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import click
import yaml

from orchestrate import cli
from tests.screens.pictures import file_names

PROJECT = Path(__file__).parents[1]
MOST_WORDS_OF_THE_README = 1200
PAGES = sorted(
    [
        *(PROJECT / name for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md")),
        *(PROJECT / "docs").glob("*.md"),
        *(PROJECT / "tests").glob("*.md"),
    ]
)
# Their paths are those of the models, without `dbt_project/`, and their links are made with them.
_GENERATED = ("dictionary.md", "lineage.md")
_LINK = re.compile(r"\]\(([^)\s]+)\)")
_PLACEHOLDER = "NAME"
_PYTHON_PATH = re.compile(r"(?<![\w/$.])((?:[\w.-]+/)+\w+\.py)\b")
_BLOCK = re.compile(r"^ *```(\w*)\n(.*?)^ *```$", re.MULTILINE | re.DOTALL)
# As it is called, or by the alias of the administrator's page.
_COMMAND = re.compile(
    r"^\s*(?:[A-Z_]+=\S+ )?(?:\.venv/bin/python orchestrate\.py|orchestrate\.py|shipledger) ([a-z].*)"
)


def _texts() -> Iterator[tuple[Path, str]]:
    return ((page, page.read_text(encoding="utf-8")) for page in PAGES)


def _anchors(page: Path) -> set[str]:
    """The anchors that GitHub gives the headings of a page."""
    headings = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def _commands_shown() -> Iterator[tuple[Path, str]]:
    """Each command line of Shipledger in a block of shell or in code within a sentence, without its comment."""
    for page, text in _texts():
        blocks = [block for language, block in _BLOCK.findall(text) if language == "sh"]
        lines = "\n".join(blocks).splitlines() + re.findall(r"`([^`\n]+)`", _BLOCK.sub("", text))
        for line in lines:
            shown = _COMMAND.search(line.split(" #")[0])
            if shown:
                yield page, shown[1]


def test_the_readme_is_read_in_one_sitting() -> None:
    assert len((PROJECT / "README.md").read_text(encoding="utf-8").split()) <= MOST_WORDS_OF_THE_README


def test_every_relative_link_leads_to_a_file_and_its_heading() -> None:
    broken = []
    for page, text in _texts():
        for link in _LINK.findall(text):
            if "://" in link:
                continue
            name, _, anchor = link.partition("#")
            target = (page.parent / name).resolve() if name else page
            if not target.exists() or (anchor and anchor not in _anchors(target)):
                broken.append(f"{page.name}: {link}")
    assert broken == []


def test_every_python_file_that_is_named_exists() -> None:
    missing = [
        f"{page.name}: {path}"
        for page, text in _texts()
        if page.name not in _GENERATED
        for path in _PYTHON_PATH.findall(text)
        if not (PROJECT / path).is_file() and _PLACEHOLDER not in path
    ]
    assert missing == []


def test_every_name_that_a_package_calls_public_is_in_it() -> None:
    packages = [folder for top in ("ingest", "workflows", "streamlit_app") for folder in _packages(PROJECT / top)]
    missing = []
    for folder in packages:
        doc = ast.get_docstring(ast.parse((folder / "__init__.py").read_text(encoding="utf-8"))) or ""
        named = re.findall(r"`(\w+)`", doc.partition("\nPublic: ")[2])
        missing += [f"{folder.name}: {name}" for name in named or ["none named"] if name not in _names_in(folder)]
    assert missing == []


def _packages(top: Path) -> list[Path]:
    return sorted(init.parent for init in top.rglob("__init__.py"))


def _names_in(folder: Path) -> set[str]:
    """The modules and packages of a package, and what its modules define."""
    names = {path.stem for path in folder.iterdir()}
    for module in folder.glob("*.py"):
        for node in ast.parse(module.read_text(encoding="utf-8")).body:
            if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
                names.add(node.name)
            elif isinstance(node, ast.Assign):
                names |= {target.id for target in node.targets if isinstance(target, ast.Name)}
    return names


def test_every_command_that_is_shown_exists_with_its_options() -> None:
    context = click.Context(cli)
    wrong = []
    for page, shown in (all_shown := list(_commands_shown())):
        name, *words = shown.split()
        command = cli.get_command(context, name) if name in cli.list_commands(context) else None
        if command is None:
            wrong.append(f"{page.name}: {name}")
            continue
        options = {
            "--help",
            *(text for option in command.params for text in (*option.opts, *option.secondary_opts)),
        }
        wrong += [f"{page.name}: {name} {word}" for word in words if word[:2] == "--" and word not in options]
    assert wrong == []
    assert len(all_shown) > 10, "the pattern still finds the commands"


def test_every_button_and_view_that_the_operators_page_names_is_on_the_page() -> None:
    """Italics with a capital are texts of the page; the roles in italics have none."""
    named = re.findall(
        r"\*([A-Z][^*]*)\*", (PROJECT / "docs/operator.md").read_text(encoding="utf-8").replace("**", "")
    )
    page = "\n".join(path.read_text(encoding="utf-8") for path in (PROJECT / "streamlit_app").rglob("*.py"))
    assert [text for text in named if " ".join(text.split()) not in page] == []
    assert "Close again" in named, "the pattern still finds the buttons"


def test_every_command_of_the_readmes_table_exists_and_none_is_left_out() -> None:
    table = (PROJECT / "README.md").read_text(encoding="utf-8").split("## Everyday commands")[1].split("\n## ")[0]
    first_cells = " ".join(re.findall(r"^\| (.*?) \| [^|]*\|$", table.replace(r"\|", "/"), re.MULTILINE))
    shown = {name.split()[0] for name in re.findall(r"`([^`]+)`", first_cells) if not name.startswith("[")}
    not_everyday = {"demo", "hash-password"}
    assert shown == set(cli.list_commands(click.Context(cli))) - not_everyday


def test_each_view_has_its_pictures_and_they_are_small() -> None:
    pictures = {picture.name: picture.stat().st_size for picture in (PROJECT / "docs/screens").iterdir()}
    assert set(pictures) == set(file_names())
    assert sum(pictures.values()) <= 3_000_000


def test_the_commit_hooks_do_what_make_lint_does() -> None:
    """Who commits with hooks must not be surprised by `make lint`."""
    steps = subprocess.run(
        ["make", "--dry-run", "--always-make", "lint-python", "lint-sql"],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    hooks = yaml.safe_load((PROJECT / ".pre-commit-config.yaml").read_text(encoding="utf-8"))["repos"][0]["hooks"]
    assert sorted(_tools("\n".join(hook["entry"] for hook in hooks))) == sorted(_tools(steps))


def _tools(text: str) -> list[str]:
    """The calls of tools in `.venv/bin`, wherever it lies, but of Python itself."""
    calls = re.findall(r"\.venv/bin/([^\n&)']+)", text)
    return [call.strip() for call in calls if not call.startswith("python")]
