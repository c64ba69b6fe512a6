"""What the SQL in the modules makes and reads, found by parsing it: nothing is run.

A module's text is read as a syntax tree. Every string in it that is SQL is put together (parts that are added up or
joined, constants by their value, all other placeholders as a name that begins with `HOLE`) and parsed by sqlglot. A
string may be a part of a statement only; then it is parsed within the statement that it can stand in.
"""

from __future__ import annotations

import ast
import importlib
import logging
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from tests.conftest import ROOT

# sqlglot says on its log what it cannot read; such strings are in `Names.unread`.
logging.getLogger("sqlglot").setLevel(logging.ERROR)
HOLE = "hole_"
_SQL = re.compile(r"\b(?:SELECT|FROM|JOIN|INSERT INTO|UPDATE|CREATE|DELETE FROM|WITH)\b")
_WITHIN = (
    "{}",
    "SELECT * FROM hole_ {}",
    "SELECT * FROM {}",
    "SELECT * {}",
    "SELECT {}",
    "SELECT * FROM hole_ WHERE {}",
    "WITH hole_ AS (SELECT 1) {}",
    "SELECT * FROM (SELECT 1 {}",
    "{} SELECT 1",
    "WITH {} SELECT 1",
)


@dataclass
class Names:
    """Names of relations, a `*` where a placeholder stands: what a module makes and reads, and its CTEs.

    `unread` are the strings that look like SQL and cannot be parsed.
    """

    made: set[str] = field(default_factory=set)
    read: set[str] = field(default_factory=set)
    ctes: set[str] = field(default_factory=set)
    unread: list[str] = field(default_factory=list)


class _Texts(ast.NodeVisitor):
    """Collects the strings of a module as wholes, and the names of the frames that it registers."""

    def __init__(self, constants: dict[str, object]) -> None:
        self.constants, self.texts, self.frames = constants, list[str](), set[str]()

    def written(self, node: ast.AST) -> str | None:
        """Return the text of an expression that is a string in the source; None for any other."""
        if isinstance(node, ast.Constant):
            return node.value if isinstance(node.value, str) else None
        if isinstance(node, ast.JoinedStr):
            return "".join(self._part(part) for part in node.values)
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
            sides = [self.written(side) for side in (node.left, node.right)]
            return None if sides == [None, None] else "".join(HOLE if side is None else side for side in sides)
        return None

    def _part(self, part: ast.expr) -> str:
        if isinstance(part, ast.Constant):
            return str(part.value)
        assert isinstance(part, ast.FormattedValue)
        inner = part.value
        constant = self.constants.get(inner.id) if isinstance(inner, ast.Name) else None
        # A constant of more than a name is SQL of its own, and read where it stands.
        return constant if isinstance(constant, str) and constant.isidentifier() else HOLE

    def visit(self, node: ast.AST) -> None:
        """Take whole strings, and look into all else; a docstring is no SQL."""
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            return
        text = self.written(node)
        if text is not None:
            self.texts.append(text)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            self._note_frame(node, node.func.attr)
        if text is None or isinstance(node, ast.JoinedStr | ast.BinOp):
            self._visit_within(node)

    def _visit_within(self, node: ast.AST) -> None:
        for child in ast.iter_child_nodes(node):
            # The parts of a string were taken with it; what is worked out within its placeholders was not.
            if isinstance(node, ast.JoinedStr | ast.BinOp) and self.written(child) is not None:
                if not isinstance(child, ast.Constant):
                    self._visit_within(child)
            else:
                self.visit(child)

    def _note_frame(self, node: ast.Call, method: str) -> None:
        if method == "register" and len(node.args) == 2:
            name = self.written(node.args[0])
            if isinstance(node.args[0], ast.Name):
                constant = self.constants.get(node.args[0].id)
                name = constant if isinstance(constant, str) else None
            if name:
                self.frames.add(name)


def _attempts(text: str) -> Iterator[str]:
    """Yield the text, and with placeholders left out that stand where no name can: for nothing, or for a clause."""
    text = re.sub(r"\{\d*\}", HOLE, text)
    text = re.sub(rf"\bWITH {HOLE}(?=\s+SELECT)", f"WITH {HOLE} AS (SELECT 1)", text)
    text = re.sub(rf"\bCASE( \w+)? {HOLE} (?=END|ELSE)", "CASE WHEN 1 THEN 1 ", text)
    text = re.sub(rf"{HOLE}(?=[A-Z]|item\b)", "", text)
    text = re.sub(rf"(\b(?:AS|MATERIALIZED) \(){HOLE}(?=\))", r"\1SELECT 1", text)
    text = re.sub(rf"\)\s*{HOLE}\s*$", ") SELECT 1", text) if text.lstrip().startswith("WITH") else text
    yield text
    holes = [hole.span() for hole in re.finditer(rf"(?<!\w){HOLE}(?!\w)", text)]
    for begin, end in holes:
        yield text[:begin] + text[end:]
    for nth, (begin, end) in enumerate(holes):
        for begin_2, end_2 in holes[nth + 1 :]:
            yield text[:begin] + text[end:begin_2] + text[end_2:]


def _parsed(text: str) -> list[exp.Expr] | None:
    """Return the statements in a text, whole or within the first statement that it can stand in; None for none."""
    for nth, attempt in enumerate(_attempts(text)):
        for within in _WITHIN if nth == 0 else _WITHIN[:3]:
            whole = within.format(attempt)
            whole += ")" * max(whole.count("(") - whole.count(")"), 0)
            try:
                trees = [tree for tree in sqlglot.parse(whole, read="duckdb") if tree is not None]
            except (SqlglotError, RecursionError):
                continue
            if trees and not any(isinstance(tree, exp.Command) for tree in trees):
                return trees
    return None


def _pattern(name: str) -> str:
    return re.sub(rf"(?:{HOLE})+", "*", name)


def _note(tree: exp.Expr, names: Names) -> None:
    if isinstance(tree, exp.Copy):
        return
    ctes = {cte.alias for cte in tree.find_all(exp.CTE)}
    names.ctes |= {_pattern(name) for name in ctes}
    made = tree.find(exp.Table) if isinstance(tree, exp.Create) and tree.kind in ("TABLE", "VIEW") else None
    for table in tree.find_all(exp.Table):
        # A function as a relation (`range(3)`, `duckdb_tables()`) has no name of its own.
        if table is made:
            names.made.add(_pattern(table.name))
        elif table.name and table.name not in ctes and isinstance(table.this, exp.Identifier):
            names.read.add(_pattern(table.name))


@cache
def relations_of(module: str) -> Names:
    """Return what the SQL of a module (its name with dots) makes and reads."""
    tree = ast.parse((ROOT / f"{module.replace('.', '/')}.py").read_text("utf-8"))
    return relations_in(tree, vars(importlib.import_module(module)))


def relations_in(tree: ast.AST, constants: dict[str, object]) -> Names:
    """Return what the SQL in a syntax tree makes and reads; `constants` are the values of its placeholders."""
    collected, names = _Texts(constants), Names()
    collected.visit(tree)
    names.made |= {_pattern(frame) for frame in collected.frames}
    for text in collected.texts:
        if not _SQL.search(text):
            continue
        trees = _parsed(text)
        if trees is None:
            names.unread.append(" ".join(text.split()))
            continue
        for statement in trees:
            _note(statement, names)
    names.read -= {"*"}
    return names


def modules() -> Iterator[str]:
    """Yield the modules in the rooms of the package, by name."""
    for path in sorted((ROOT / "cpms_cli").glob("*/**/*.py")):
        if path.stem != "__init__":
            yield ".".join(path.relative_to(ROOT).with_suffix("").parts)
