"""SQL is written as SQL: a statement is one literal, a clause a line, and not glued together from pieces.

Read from the modules' syntax trees: a string of several literals side by side, or of literals that are added up, must
not hold SQL. What changes from call to call stands in placeholders. A short statement in one literal is fine.
"""

from __future__ import annotations

import ast
import io
import re
import tokenize

import pytest

from tests.conftest import ROOT

FOLDERS = ("cpms_cli", "scripts", "benchmarks", "tests")
EXCEPTIONS = {
    "tests/code/test_sql_laid_out.py": "shows what it refuses",
    "tests/spec/test_definition_mutants.py": "adds up patterns that match the definition's rules, and is no SQL",
}
# SQL is in capitals here, and sentences are not.
_SQL = re.compile(
    r"\b(?:SELECT|FROM|JOIN|WHERE|QUALIFY|HAVING|UNION|(?:GROUP|ORDER|PARTITION) BY|WITH|CREATE|ALTER|DROP"
    r"|INSERT|UPDATE|DELETE|CASE|WHEN|AND|OR|IS NULL|IS NOT)\b"
)
_F_STRING_BEGINS, _F_STRING_ENDS = "FSTRING_START", "FSTRING_END"


def _text(node: ast.AST) -> str | None:
    """Return what a literal says, with nothing for its placeholders; None for what is no literal."""
    match node:
        case ast.Constant(value=str(text)):
            return text
        case ast.JoinedStr(values=parts):
            return "".join(_text(part) or "" for part in parts)
    return None


def _is_sql(node: ast.AST) -> bool:
    return _SQL.search(_text(node) or "") is not None


def _source_of(node: ast.expr, lines: list[bytes]) -> str:
    """Return the source of a node; positions count bytes."""
    assert node.end_lineno is not None
    whole = lines[node.lineno - 1 : node.end_lineno]
    whole[-1] = whole[-1][: node.end_col_offset]
    whole[0] = whole[0][node.col_offset :]
    return b"".join(whole).decode("utf-8")


def _literals(expression: str) -> int:
    """Count the literals side by side in a string's source; those within its placeholders are none of them."""
    count, depth = 0, 0
    for token in tokenize.generate_tokens(io.StringIO(f"({expression})").readline):
        kind = tokenize.tok_name[token.type]  # from Python 3.12 on, an f-string is several tokens
        count += depth == 0 and kind in ("STRING", _F_STRING_BEGINS)
        depth += (kind == _F_STRING_BEGINS) - (kind == _F_STRING_ENDS)
    return count


def glued(source: str) -> list[int]:
    """Return the lines of a module in which SQL begins that is glued together."""
    if not _SQL.search(source):
        return []
    nodes, lines = list(ast.walk(ast.parse(source))), source.encode("utf-8").splitlines(keepends=True)
    # What stands within the placeholders of a string is left out: before Python 3.12 it has no place of its own.
    parts = {
        id(part) for node in nodes if isinstance(node, ast.JoinedStr) for part in ast.walk(node) if part is not node
    }
    numbers = set()
    for node in nodes:
        match node:
            case ast.Constant() | ast.JoinedStr() if id(node) not in parts and _is_sql(node):
                is_glued = _literals(_source_of(node, lines)) > 1
            case ast.BinOp(left=left, op=ast.Add(), right=right):
                is_glued = _is_sql(left) or _is_sql(right)
            case ast.AugAssign(op=ast.Add(), value=added):
                is_glued = _is_sql(added)
            case _:
                continue
        if is_glued:
            numbers.add(node.lineno)
    return sorted(numbers)


def test_no_sql_is_glued_together() -> None:
    modules = {path.relative_to(ROOT).as_posix(): path for folder in FOLDERS for path in (ROOT / folder).rglob("*.py")}
    assert len(modules) > 400
    lines = {name: glued(path.read_text("utf-8")) for name, path in modules.items() if name not in EXCEPTIONS}
    assert {name: numbers for name, numbers in lines.items() if numbers} == {}


@pytest.mark.parametrize(
    "source",
    [
        'query = ("SELECT child"\n    " FROM score")',
        'query = (f"SELECT {names}"\n    f" FROM {table}")',
        'query = ("plain text, "\n    "WHERE round = 2569")',
        'run("DELETE FROM score" + condition)',
        'run(first + f" ORDER BY {key}")',
        'condition += " AND sex IS NOT NULL"',
        'condition = ("given_l = given_r"\n    f" AND {similar}")',
        "query = f\"SELECT {first + ' FROM score'}\"",
    ],
)
def test_glued_sql_is_seen(source: str) -> None:
    assert glued(source) == [1]


@pytest.mark.parametrize(
    "source",
    [
        'query = "SELECT child FROM score"',
        'query = f"""\n    SELECT {", ".join(names)}\n    FROM {table}"""',
        "query = f\"SELECT {', '.join(names)} FROM {'a' + table}\"",
        'query = " UNION ".join(f"SELECT child FROM {table}" for table in tables)',
        'words = ("A sentence that goes on"\n    " in the next line, and says where or when.")',
        'number = 1 + len("SELECT")',
    ],
)
def test_what_is_one_literal_passes(source: str) -> None:
    assert glued(source) == []
