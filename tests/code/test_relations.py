"""The relations on a connection are declared: what a step makes and reads, nobody has to look for.

Read from the modules' own SQL, which `sql_relations` parses: every CREATE statement, every registered frame, and every
relation that a statement reads.
"""

from __future__ import annotations

import ast
import importlib
from fnmatch import fnmatchcase

import pytest

from cpms_cli.survey.relations import Relation
from scripts.relations_map import PAGE, declared_relations, page_with_map
from tests.code.sql_relations import Names, modules, relations_in, relations_of
from tests.conftest import ROOT

DECLARED = declared_relations()
BY_NAME = {relation.name: relation for relations in DECLARED.values() for relation in relations}
ORDER = (
    "survey",
    "reading",
    "checking",
    "store",
    "linking",
    "merging",
    "scoring",
    "summaries",
    "disclosure",
    "datasets",
    "publishing",
    "forms",
)
# A step to the right makes these before it calls the step that reads them.
HANDED_IN = {"known_child", "arrival", "rejected", "staged_child", "staged_household"}
# Put together from parts that stand in several functions, so that no string says the name of this step.
IN_PARTS = {
    "scoring.compiler.indicator_sql": {"ruled"},
    "publishing.published_tables": {"pg_attribute", "pg_class", "pg_namespace"},  # the server's own
}
# sqlglot reads neither an UNPIVOT of a subquery (all that this one reads is a placeholder) nor CREATE SECRET.
NOT_PARSED = {"summaries.counts.shares": 1, "publishing.server": 1}


def _names_in(module: str) -> Names:
    return relations_of(f"cpms_cli.{module}")


def _declared_as(name: str) -> list[Relation]:
    """Return the declared relations that a name, with `*` for its placeholders, can stand for."""
    return [relation for known, relation in BY_NAME.items() if fnmatchcase(known, name)]


MODULES = [module.removeprefix("cpms_cli.") for module in modules()]


def test_all_sql_is_parsed() -> None:
    unread = {module: _names_in(module).unread for module in MODULES}
    assert {module: len(texts) for module, texts in unread.items() if texts} == NOT_PARSED, unread


def test_every_room_that_makes_relations_declares_them() -> None:
    assert set(DECLARED) == {
        "checking",
        "store",
        "linking",
        "merging",
        "scoring",
        "summaries",
        "datasets",
        "publishing",
        "forms",
    }


def test_what_is_made_is_declared() -> None:
    unknown = {
        f"{module}: {name}"
        for module in MODULES
        for name in _names_in(module).made - {"*"}
        if not any(module in relation.made_by for relation in _declared_as(name))
        and not _in_another_place(module, name)
    }
    assert unknown == set()


def _in_another_place(module: str, name: str) -> bool:
    """Whether drawn examples, or a data set's rows, stand in the place of the store's own views."""
    return module in ("scoring.examples.figure_examples", "datasets.dataset_views") and name == "current_*"


def test_what_is_read_is_declared_and_made_by_somebody() -> None:
    unknown = {
        f"{module}: {name}"
        for module in MODULES
        for name in _names_in(module).read - _names_in(module).ctes - IN_PARTS.get(module, set())
        if not any(module in relation.read_by for relation in _declared_as(name))
    }
    assert unknown == set()


def test_nothing_is_read_before_it_is_made() -> None:
    early = {
        f"{reader}: {relation.name}"
        for relation in BY_NAME.values()
        for reader in relation.read_by
        if relation.name not in HANDED_IN
        and ORDER.index(reader.split(".")[0]) < min(ORDER.index(maker.split(".")[0]) for maker in relation.made_by)
    }
    assert early == set()


def _says(module: str, name: str) -> bool:
    """Whether a module has this name as a string: given to a function, or held in a constant."""
    tree = ast.parse((ROOT / "cpms_cli" / f"{module.replace('.', '/')}.py").read_text("utf-8"))
    texts = {node.value for node in ast.walk(tree) if isinstance(node, ast.Constant)}
    return name in texts or name in vars(importlib.import_module(f"cpms_cli.{module}")).values()


@pytest.mark.parametrize("name", sorted(BY_NAME))
def test_a_declared_relation_is_made_and_read_where_the_declaration_says(name: str) -> None:
    relation = BY_NAME[name]
    assert relation.made_by
    assert relation.read_by
    lies = [
        module
        for module in relation.made_by
        if not any(fnmatchcase(name, made) for made in _names_in(module).made - {"*"})
        # Made in a statement whose name is a placeholder: then the module has the name elsewhere.
        and not ("*" in _names_in(module).made and _says(module, name))
    ]
    assert lies == []


def test_no_two_relations_share_a_name() -> None:
    names = [relation.name for relations in DECLARED.values() for relation in relations]
    assert sorted(names) == sorted(set(names))


def test_the_map_is_as_it_would_be_made_now() -> None:
    page = PAGE.read_text("utf-8")
    assert page_with_map(page) == page


@pytest.mark.parametrize(
    ("source", "made", "read"),
    [
        ('c.register("frame", rows)', {"frame"}, set()),
        ("c.register(FRAME, rows)", {"framed"}, set()),
        ('c.execute(f"CREATE OR REPLACE TEMP TABLE {SCORE} AS SELECT 1 FROM a")', {"score"}, {"a"}),
        ('c.execute(f"CREATE TEMP VIEW then_{t} AS FROM {t}_row")', {"then_*"}, {"*_row"}),
        ('c.execute("WITH b AS (FROM a) FROM b JOIN c USING (d)")', set(), {"a", "c"}),
        ('x = f"LEFT JOIN {a} USING (b) ANTI JOIN lost l ON l.b = c.b"', set(), {"lost"}),
        ('x = "SELECT 1 FROM a" + f" UNION SELECT {b} FROM d"', set(), {"a", "d"}),
        (
            'c.execute("CREATE TEMP TABLE x AS FROM y; INSERT INTO z BY NAME FROM x; UPDATE w SET a = 1")',
            {"x"},
            {*"ywxz"},
        ),
        ('c.execute("SELECT unnest(range(3)) FROM range(4)")', set(), set()),
        ('def f():\n    """SELECT of the children FROM nowhere."""', set(), set()),
    ],
)
def test_what_is_made_and_read_is_seen(source: str, made: set[str], read: set[str]) -> None:
    names = relations_in(ast.parse(source), {"SCORE": "score", "FRAME": "framed"})
    assert (names.made, names.read, names.unread) == (made, read, [])


def test_a_string_that_cannot_be_parsed_is_named() -> None:
    names = relations_in(ast.parse('x = "SELECT FROM WHERE FROM"'), {})
    assert names.unread == ["SELECT FROM WHERE FROM"]
