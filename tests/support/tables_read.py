"""Which published tables a function's SQL names, itself or through what it uses, read from the source text.

A name of a module uses the names that its definition mentions; what it imports is followed. A class counts as a
whole. What is looked up at run time is not followed: a job's flow, a method of an object that came as an argument.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from sqlglot import Tokenizer, TokenType

from tests.contract_tables import TABLES

PROJECT = Path(__file__).resolve().parents[2]
PACKAGES = ("streamlit_app", "workflows")
_SCHEMA = "marts"
# Stands for what an f-string puts in.
UNKNOWN = "something_else"
Name = tuple[str, str]


def tables_read(entry: str) -> set[str]:
    """The tables of schema `marts` that `package.module:function` reads."""
    module, _, name = entry.partition(":")
    assert name in _definitions(module), f"{entry} is not there"
    todo, seen, found = [(module, name)], set[Name](), set[str]()
    while todo:
        at = todo.pop()
        if at not in seen:
            seen.add(at)
            tables, uses = _facts(*at)
            found |= tables
            todo += uses
    return found


def tables_named() -> dict[str, set[str]]:
    """Every function and constant of the packages whose own SQL names a table, as `package.module:name`."""
    names = [(module, name) for module in _modules() for name in _definitions(module)]
    return {f"{module}:{name}": tables for module, name in names if (tables := _facts(module, name)[0])}


def names_reached(entry: str) -> set[str]:
    """What `tables_read` looks at, as `package.module:name`."""
    todo, seen = [tuple(entry.split(":"))], set()
    while todo:
        if (at := todo.pop()) not in seen:
            seen.add(at)
            todo += _facts(*at)[1]
    return {":".join(at) for at in seen}


def tables_in(sql: str) -> set[str]:
    """The tables of schema `marts` in a statement, or in a piece of one; `UNKNOWN` for one that is put in."""
    try:
        tokens = Tokenizer(dialect="duckdb").tokenize(sql)
    except Exception:
        return set()
    return {
        table.text
        for schema, dot, table in zip(tokens, tokens[1:], tokens[2:], strict=False)
        if schema.text == _SCHEMA and dot.token_type == TokenType.DOT and table.start - schema.end == 2
    }


@cache
def _modules() -> dict[str, Path]:
    files = [path for package in PACKAGES for path in (PROJECT / package).rglob("*.py")]
    names = [".".join(path.relative_to(PROJECT).with_suffix("").parts) for path in files]
    return {name.removesuffix(".__init__"): path for name, path in zip(names, files, strict=True)}


@cache
def _tree(module: str) -> ast.Module:
    return ast.parse(_modules()[module].read_text())


@cache
def _definitions(module: str) -> dict[str, list[ast.stmt]]:
    """The statements of a module by the names they define; what defines none is in all of them."""
    found: dict[str, list[ast.stmt]] = {}
    for statement in _tree(module).body:
        for name in _defined_by(statement):
            found.setdefault(name, []).append(statement)
    return found


def _defined_by(statement: ast.stmt) -> list[str]:
    match statement:
        case ast.FunctionDef() | ast.ClassDef() | ast.AsyncFunctionDef():
            return [statement.name]
        case ast.Assign() | ast.AnnAssign() | ast.AugAssign():
            targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
            return [node.id for target in targets for node in ast.walk(target) if isinstance(node, ast.Name)]
    return []


@cache
def _imports(module: str) -> dict[str, Name | str]:
    """What imported names stand for: a name of another module, or a module."""
    found: dict[str, Name | str] = {}
    for node in ast.walk(_tree(module)):
        if isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                inner = f"{node.module}.{alias.name}"
                found[alias.asname or alias.name] = inner if inner in _modules() else (node.module, alias.name)
    return found


@cache
def _facts(module: str, name: str) -> tuple[frozenset[str], tuple[Name, ...]]:
    """The tables that a name's own SQL names, and the names it uses."""
    if module not in _modules():
        return frozenset(), ()
    imports = _imports(module)
    if name not in _definitions(module):
        # A package hands on what its modules define.
        target = imports.get(name)
        return frozenset(), (target,) if isinstance(target, tuple) else ()
    tables, uses = set[str](), set[Name]()
    for statement in _definitions(module)[name]:
        for text in _texts(statement):
            tables |= tables_in(text)
        for node in ast.walk(statement):
            if isinstance(node, ast.Name):
                target = imports.get(node.id, (module, node.id))
                if isinstance(target, tuple):
                    uses.add(target)
            elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
                target = imports.get(node.value.id)
                if isinstance(target, str):
                    uses.add((target, node.attr))
    uses.discard((module, name))
    if UNKNOWN in tables:
        tables = tables - {UNKNOWN} | _tables_listed(module)
    return frozenset(tables), tuple(uses)


def _tables_listed(module: str) -> set[str]:
    """The tables that a module lists by their bare names, to put them into a query."""
    listed = {node.value for node in ast.walk(_tree(module)) if isinstance(node, ast.Constant)}
    return listed & TABLES.keys()


def _texts(statement: ast.stmt) -> Iterator[str]:
    """The strings of a statement, without docstrings; what is put into one is unknown."""
    within = {id(part) for node in ast.walk(statement) if isinstance(node, ast.JoinedStr) for part in node.values}
    docs = {id(node.value) for node in ast.walk(statement) if isinstance(node, ast.Expr)}
    for node in ast.walk(statement):
        if isinstance(node, ast.JoinedStr):
            yield "".join(str(part.value) if isinstance(part, ast.Constant) else UNKNOWN for part in node.values)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in within | docs:
            yield node.value
