"""The relations on a connection are declared: what scoring and summaries make, nobody has to look for.

Read from the modules' own text: every CREATE statement and every registered frame. The steps before them (checking,
linking, the store, merging) do not declare theirs yet.
"""

from __future__ import annotations

import ast
import importlib
import re
from collections.abc import Iterator

from scripts.relations_map import PAGE, declared_relations, page_with_map
from tests.conftest import ROOT

_CREATED = re.compile(r"CREATE (?:OR REPLACE )?TEMP(?:ORARY)? (?:TABLE|VIEW) (?:IF NOT EXISTS )?(\{?\w+\}?)")
DECLARED = declared_relations()
# Drawn examples stand in the place of the store's own views.
OF_THE_STORE = {"current_child", "current_household"}


def _texts(tree: ast.AST) -> Iterator[str]:
    """Each string of a module, in f-strings each placeholder that is a plain name as `{NAME}`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            yield "".join(
                str(part.value) if isinstance(part, ast.Constant) else f"{{{ast.unparse(part.value)}}}"
                for part in node.values
                if isinstance(part, ast.Constant | ast.FormattedValue)
            )
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


def _registered(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "register":
            yield ast.unparse(node.args[0])


def _made(module: str) -> set[str]:
    """The names of the relations that a module makes; names held in constants are looked up in it."""
    tree = ast.parse((ROOT / f"{module.replace('.', '/')}.py").read_text("utf-8"))
    written = {name for text in _texts(tree) for name in _CREATED.findall(text)} | set(_registered(tree))
    constants = vars(importlib.import_module(module))
    names = set()
    for name in written:
        plain = name.strip("{}'\"")
        if name[0] in "'\"" or (not name.startswith("{") and name not in constants):
            names.add(plain)
        elif isinstance(constants.get(plain), str):
            names.add(constants[plain])
    return names


def _modules(package: str) -> list[str]:
    paths = sorted((ROOT / "cpms_cli" / package).rglob("*.py"))
    return [".".join(path.relative_to(ROOT).with_suffix("").parts) for path in paths if path.stem != "__init__"]


def test_scoring_and_summaries_declare_what_they_make() -> None:
    assert {"scoring", "summaries"} <= set(DECLARED)
    for package, relations in DECLARED.items():
        names = {relation.name for relation in relations} | OF_THE_STORE
        made = {name for module in _modules(package) for name in _made(module)}
        # Of a name with a placeholder only its beginning is known.
        unknown = {name for name in made if not any(known == name or known.startswith(name) for known in names)}
        assert unknown == set(), package


def test_a_declared_relation_is_made_where_the_declaration_says() -> None:
    lies = [
        f"{relation.name}: {module}"
        for relations in DECLARED.values()
        for relation in relations
        for module in relation.made_by
        if relation.name not in (ROOT / "cpms_cli" / f"{module.replace('.', '/')}.py").read_text("utf-8")
        and relation.name not in _made(f"cpms_cli.{module}")
    ]
    assert lies == []


def test_no_two_relations_share_a_name() -> None:
    names = [relation.name for relations in DECLARED.values() for relation in relations]
    assert sorted(names) == sorted(set(names))


def test_the_map_is_as_it_would_be_made_now() -> None:
    page = PAGE.read_text("utf-8")
    assert page_with_map(page) == page


def test_what_is_made_is_seen() -> None:
    tree = ast.parse('connection.register("frame", rows)\nx = f"CREATE OR REPLACE TEMP TABLE {SCORE} AS SELECT 1"')
    assert list(_registered(tree)) == ["'frame'"]
    assert next(_CREATED.findall(text) for text in _texts(tree) if "CREATE" in text) == ["{SCORE}"]
