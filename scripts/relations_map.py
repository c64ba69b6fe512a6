"""Collects the declared relations and writes their map into CONTRIBUTING.md: `python scripts/relations_map.py`.

`--check` writes nothing and ends with 1 where the map is not as it would be made now.
"""

from __future__ import annotations

import importlib
import importlib.util
import pkgutil
import sys
from pathlib import Path

import cpms_cli
from cpms_cli.survey.relations import Relation

PAGE = Path(__file__).resolve().parent.parent / "CONTRIBUTING.md"
BEGIN, END = "<!-- relations: begin -->", "<!-- relations: end -->"
_HEADING = """| relation | kind | a row is | columns | made by | read by |
| --- | --- | --- | --- | --- | --- |
"""


def declared_relations() -> dict[str, tuple[Relation, ...]]:
    """Return, by package, what its `relations.py` declares in `RELATIONS`; packages without one are left out."""
    declared: dict[str, tuple[Relation, ...]] = {}
    for package in pkgutil.iter_modules(cpms_cli.__path__):
        name = f"cpms_cli.{package.name}.relations"
        # `survey.relations` has the shape of a declaration and none of its own.
        if package.ispkg and package.name != "survey" and importlib.util.find_spec(name):
            declared[package.name] = importlib.import_module(name).RELATIONS
    return declared


def relations_map() -> str:
    """Return the map as Markdown: a table for each package, in the order of the alphabet."""
    parts = []
    for package, relations in declared_relations().items():
        rows = "".join(
            f"| `{relation.name}` | {relation.kind} | {relation.a_row_is} | {', '.join(relation.columns)} |"
            f" {_modules(relation.made_by)} | {_modules(relation.read_by)} |\n"
            for relation in relations
        )
        parts.append(f"### `{package}`\n\n{_HEADING}{rows}")
    return "\n".join(parts)


def _modules(names: tuple[str, ...]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def page_with_map(page: str) -> str:
    """Return the text of a page with today's map between its two markers. Raises ValueError where it has none."""
    before, begin, rest = page.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"CONTRIBUTING.md has no place for the map between {BEGIN} and {END}")
    return f"{before}{BEGIN}\n{relations_map()}{END}{after}"


def main() -> int:
    """Write the map, or with `--check` only say whether it is as it should be."""
    page = PAGE.read_text(encoding="utf-8")
    made = page_with_map(page)
    if "--check" in sys.argv[1:]:
        if made != page:
            print("CONTRIBUTING.md: the map of relations is out of date: run `python scripts/relations_map.py`")
            return 1
        return 0
    PAGE.write_text(made, encoding="utf-8", newline="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
