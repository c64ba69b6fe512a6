"""The lines of children whose file has no number for them: the same child keeps its line, whoever is added or left out.

A file without the number of each child has its children counted in their order. A child written in between would then
take the next one's line, and with it its place in the store. So each is held against the children of its home that the
store, or another file, has in the same round: who is one of them has that line, and who is none has a free one.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import count

import duckdb
import numpy as np
import pandas as pd

from cpms_cli.checking.rows.row_rules import RuleFault
from cpms_cli.checking.staging import type_staged
from cpms_cli.reading.sheet.names.head_names import BY_HEAD
from cpms_cli.reading.survey_table import SurveyTable
from cpms_cli.survey.identifiers import is_thai_id
from cpms_cli.survey.model.definition import Role, Survey

_SAYS: tuple[Role, ...] = ("national_id", "given_name", "family_name", "born", "sex")
_Child = dict[str, str | None]


@dataclass
class _Home:
    """The children of one home in one round: what is said of each, and its line."""

    lines: list[int] = field(default_factory=list)
    children: list[_Child] = field(default_factory=list)

    def add(self, line: int, child: _Child) -> None:
        """Note a child and its line."""
        self.lines.append(line)
        self.children.append(child)

    def lines_of(self, arriving: Sequence[_Child]) -> list[int]:
        """The lines of the children of one file: each the line of the child that it is, or a free one."""
        lines: dict[int, int] = {}
        for is_one in _WAYS:
            left = [place for place in range(len(arriving)) if place not in lines]
            free = [place for place in range(len(self.lines)) if self.lines[place] not in lines.values()]
            for place in left:
                known = [old for old in free if is_one(self.children[old], arriving[place])]
                rivals = [new for old in known[:1] for new in left if is_one(self.children[old], arriving[new])]
                # As many known as arriving who cannot be told apart, such as twins without a name: in their order.
                alike = all(is_one(self.children[old], arriving[new]) for old in known for new in rivals)
                if alike and len(known) == len(rivals):
                    lines |= {new: self.lines[old] for new, old in zip(rivals, known, strict=True)}
        taken = {*self.lines}
        for place, child in enumerate(arriving):
            if place not in lines:
                lines[place] = next(number for number in count(1) if number not in taken)
                taken.add(lines[place])
                self.add(lines[place], child)
        return [lines[place] for place in range(len(arriving))]


def keep_lines(
    connection: duckdb.DuckDBPyConnection, survey: Survey, tables: Sequence[SurveyTable], stored: str | None
) -> list[RuleFault]:
    """Give the staged children of files without their numbers the lines that they have in `stored`, the relation of a
    store's current rows of children, or in files with numbers; None where there is no store.

    Returns a fault for children of a home that is known by its head's name alone, and has other children so far: two
    heads of one name are two families.
    """
    sources = [source for source, table in enumerate(tables) if table.is_numbered]
    if not sources:
        return []
    rows = _children(connection, survey, sources, stored)
    line, home = survey.role("line").name, list(survey.key("household"))
    homes: dict[tuple[str, ...], _Home] = defaultdict(_Home)
    given: list[tuple[int, int, str]] = []
    among_others: list[tuple[int, int]] = []
    for key, of_home in rows.groupby([*home, "counted", "_source"], sort=False, dropna=False):
        known = homes[tuple(map(str, key[: len(home)]))]
        children: list[_Child] = of_home[list(_SAYS)].to_dict("records")  # type: ignore[assignment]
        if of_home["counted"].iat[0]:
            before = set(known.lines)
            own = known.lines_of(children)
            if before and not before & set(own) and _is_by_head(tables[int(str(key[-1]))]):
                among_others += zip(of_home["_source"], of_home["_row"], strict=True)
            places = zip(of_home["_source"], of_home["_row"], own, strict=True)
            given += [(int(source), int(row), str(number)) for source, row, number in places]
            continue
        for number, child in zip(of_home[line].astype("str"), children, strict=True):
            if number.isdecimal():
                known.add(int(number), child)
    lines = pd.DataFrame(given, columns=["_source", "_row", "line"])
    connection.register("line_now", lines)
    connection.execute(f"""
        UPDATE staged_child SET {line} = line_now.line
        FROM line_now
        WHERE staged_child._source = line_now._source AND staged_child._row = line_now._row""")
    connection.unregister("line_now")
    type_staged(connection, survey)
    return _other_children(survey, among_others)


def _is_by_head(table: SurveyTable) -> bool:
    return any(note.message_id == BY_HEAD for note in table.notes)


def _other_children(survey: Survey, places: Sequence[tuple[int, int]]) -> list[RuleFault]:
    """The fault of rows, as (table, row), whose home has other children so far."""
    if not places:
        return []
    numbers = np.array(places, dtype=np.int64)
    return [RuleFault("head_of_other_children", (survey.role("household").name,), numbers[:, 0], numbers[:, 1])]


def _children(
    connection: duckdb.DuckDBPyConnection, survey: Survey, sources: Sequence[int], stored: str | None
) -> pd.DataFrame:
    """The children of the homes of these files: first those who have a line, then those who are counted."""
    names = {role: survey.role(role).name if survey.plays(role) else "NULL::VARCHAR" for role in _SAYS}
    answers = ", ".join(f"{name} AS {role}" for role, name in names.items())
    home, line = ", ".join(survey.key("household")), survey.role("line").name
    counted = f"_source IN ({', '.join(map(str, sources))})"
    of_store = (
        ""
        if stored is None
        else f"""
        UNION ALL
        SELECT {home}, {line}, {answers}, -1 AS _source, 0 AS _row, FALSE AS counted
        FROM {stored}
        SEMI JOIN (FROM staged_child WHERE {counted}) USING ({home})"""
    )
    rows = connection.execute(f"""
        SELECT {home}, {line}, {answers}, _source, _row, {counted} AS counted
        FROM staged_child{of_store}
        ORDER BY counted, _source, _row""").df()
    texts = rows[list(_SAYS)].astype("str")
    number = texts["national_id"]
    texts["national_id"] = number.where(is_thai_id(number))
    rows[list(_SAYS)] = texts.astype("object").where(texts.notna(), None)
    return rows


def _has_number(known: _Child, child: _Child) -> bool:
    """Whether both have the same national ID."""
    return known["national_id"] is not None and known["national_id"] == child["national_id"]


def _has_name_and_birthday(known: _Child, child: _Child) -> bool:
    """Whether both have one given name, and nothing else that both say differs."""
    return _has_name(known, child) and not _differ(known, child, "born")


def _has_birthday(known: _Child, child: _Child) -> bool:
    """Whether both were born on one day, and what else they say does not differ; of one that has no name yet, too."""
    same = known["born"] is not None and known["born"] == child["born"]
    return same and not any(_differ(known, child, name) for name in ("given_name", "sex", "national_id"))


def _has_name(known: _Child, child: _Child) -> bool:
    """Whether both have one given name, and neither family name, sex nor number speaks against it."""
    same = known["given_name"] is not None and known["given_name"] == child["given_name"]
    return same and not any(_differ(known, child, name) for name in ("family_name", "sex", "national_id"))


# The surest first; each holds only where as many known children as children of the file meet in it.
_WAYS = (_has_number, _has_name_and_birthday, _has_birthday, _has_name)


def _differ(known: _Child, child: _Child, name: str) -> bool:
    return known[name] is not None and child[name] is not None and known[name] != child[name]
