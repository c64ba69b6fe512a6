"""A name says what the thing holds: words that fit anything name nothing, and a module's name has one subject."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator

import pytest

from tests.conftest import ROOT

FORBIDDEN = {"told", "found", "one", "said", "at", "mine", "where", "here", "there"}
# In the product these are no part of a longer name either: `told_columns` says no more than `columns`.
NO_PART = {"told", "said", "mine"}
FOLDERS = ("cpms_cli", "tests", "benchmarks", "scripts")
# Modules of one name in several packages: the same subject at another stage, and which subject it is.
ONE_SUBJECT = {
    "case_work": "how cases are worked on",
    "bundle": "what a community sends to its province",
    "change": "an area over rounds",
    "children": "the line list",
    "codebook": "the definition on paper",
    "deidentification": "records without names: the settings, and the making of them",
    "exercises": "the trainer's exercises",
    "header_map": "a file's own map of headers",
    "history": "what was done to a store",
    "indicator": "one indicator of an area",
    "merge": "files into a store",
    "migration": "children who came and left",
    "country": "provinces side by side",
    "overlap": "indicators that occur together",
    "plan": "the committee's plan",
    "read_otherwise": "values that were read otherwise than written",
    "relations": "what a stage makes on the connection",
    "response_log": "the log of responses",
    "responses": "responses to children at risk",
    "review": "doubtful pairs",
    "rights": "the rights monitored",
    "runs": "recorded scorings",
    "scores": "scores of children",
    "shares": "shares of children",
    "standing": "at which level a child stands",
    "store": "the store",
    "template": "the empty form",
    "validation": "what is wrong with files",
    "today": "what is to be done today",
    "visits": "whom to visit",
    "why": "the reasons of a level",
}


def _bound_names(tree: ast.AST) -> Iterator[tuple[int, str]]:
    for node in ast.walk(tree):
        match node:
            case ast.Name(id=name, ctx=ast.Store()) | ast.Attribute(attr=name, ctx=ast.Store()) | ast.arg(arg=name):
                yield node.lineno, name
            case ast.FunctionDef(name=name) | ast.ClassDef(name=name):
                yield node.lineno, name
            case ast.ExceptHandler(name=str(name)) | ast.MatchAs(name=str(name)) | ast.MatchStar(name=str(name)):
                yield node.lineno, name
            case ast.alias(name=imported, asname=alias):
                yield node.lineno, alias or imported.rpartition(".")[2]


def _forbidden(tree: ast.AST) -> list[tuple[int, str]]:
    return [(line, name) for line, name in _bound_names(tree) if name.strip("_").lower() in FORBIDDEN]


def test_no_name_is_a_word_that_fits_anything() -> None:
    modules = [path for folder in FOLDERS for path in sorted((ROOT / folder).rglob("*.py"))] + [ROOT / "run.py"]
    faults = [
        f"{path.relative_to(ROOT)}:{line} {name}"
        for path in modules
        for line, name in _forbidden(ast.parse(path.read_text("utf-8")))
    ]
    faults += [str(path.relative_to(ROOT)) for path in modules if path.stem in FORBIDDEN]
    assert not faults, "\n".join(faults)


def test_no_name_of_the_product_has_such_a_word_in_it() -> None:
    faults = [
        f"{path.relative_to(ROOT)}:{line} {name}"
        for path in sorted((ROOT / "cpms_cli").rglob("*.py"))
        for line, name in _bound_names(ast.parse(path.read_text("utf-8")))
        if NO_PART & set(name.lower().split("_"))
    ]
    assert not faults, "\n".join(faults)


@pytest.mark.parametrize(
    "code",
    [
        "told = 1",
        "for one in rows: pass",
        "[at for at in rows]",
        "def f(found): ...",
        "def said(): ...",
        "self.mine = 1",
        "import json as here",
        "try: ...\nexcept ValueError as there: ...",
        "_WHERE = 1",
        "lambda one: one",
        "match row:\n    case [one, *told]: ...",
        "with f() as (found, _): ...",
        "if (at := 1): ...",
    ],
)
def test_a_forbidden_name_is_seen_wherever_a_name_is_bound(code: str) -> None:
    assert _forbidden(ast.parse(code))


def test_what_is_only_read_or_a_part_of_a_longer_name_is_let_through() -> None:
    assert not _forbidden(ast.parse("cells.where(known); not_found = re.fullmatch(pattern, text, flags=one)"))


def test_a_module_name_has_one_subject() -> None:
    homes = defaultdict(list)
    for path in sorted((ROOT / "cpms_cli").rglob("*.py")):
        if not path.stem.startswith("__"):
            homes[path.stem].append(str(path.relative_to(ROOT)))
    shared = {name: places for name, places in homes.items() if len(places) > 1}
    assert set(shared) == set(ONE_SUBJECT), {name: shared.get(name) for name in set(shared) ^ set(ONE_SUBJECT)}


def test_a_room_holds_a_dozen_modules_or_so() -> None:
    rooms = defaultdict(list)
    for path in (ROOT / "cpms_cli").rglob("*.py"):
        if not path.stem.startswith("__"):
            rooms[path.parent.relative_to(ROOT)].append(path.stem)
    assert {str(room): len(modules) for room, modules in rooms.items() if len(modules) > 14} == {}
