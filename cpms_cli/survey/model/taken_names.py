"""Names that nothing of a definition can have, since they are words of SQL or columns that stand beside the answers."""

from __future__ import annotations

import re

from sqlglot.dialects.duckdb import DuckDB

from cpms_cli.survey.problems import FaultyPart

# Columns of the store's tables, of typed rows and of scores.
_COLUMNS = frozenset(
    {
        "age",
        "age_max",
        "age_min",
        "answers",
        "batch_id",
        "birth_from",
        "birth_to",
        "children_listed",
        "content",
        "counted",
        "counted_max",
        "counted_min",
        "dangers",
        "dangers_max",
        "dangers_min",
        "has_children",
        "has_household",
        "highest",
        "level",
        "needs_help",
        "open_answers",
        "open_reasons",
        "person",
        "reasons",
        "row_number",
        "sheet",
        "superseded_by",
        "unasked",
    }
)
# Columns beside the answers in rows that are handed on, joined to other rounds, or checked against the store. A store
# may follow a definition with such a name since a time when it was not refused: it is refused where one is proved.
_BESIDE_ROWS = frozenset(
    {"fields_not_asked", "first_interview", "household_row", "known_as", "last", "no_consent", "seen", "subdistrict"}
    | {"today", "told_otherwise", "visited_in"}
)
# Columns of lists of children beside those that say who a child is, and where.
_BESIDE_KEYS = frozenset(
    {"about", "action", "at", "case", "code", "could", "day", "days_late", "due", "due_date", "field", "house", "kind"}
    | {
        "label",
        "line",
        "matched",
        "name",
        "place",
        "question",
        "reason",
        "since",
        "state",
        "upto",
        "village",
        "was",
        "who",
        "worker",
    }
)
# Columns of figures, in which levels and groups have columns of their own.
_BESIDE_FIGURES = frozenset(
    {
        "area",
        "areas",
        "around",
        "before",
        "bounds",
        "change",
        "children",
        "code",
        "could",
        "counted",
        "due",
        "from_round",
        "given",
        "group",
        "high",
        "highest",
        "home",
        "homes",
        "households",
        "id",
        "interval",
        "item",
        "known",
        "label",
        "level",
        "levels",
        "low",
        "marked",
        "name",
        "no",
        "not_applicable",
        "not_asked",
        "number",
        "other",
        "part",
        "partly_asked",
        "place",
        "position",
        "round",
        "row",
        "share",
        "state",
        "times",
        "to_round",
        "total",
        "trend",
        "unknown",
        "worker",
        "yes",
    }
)
# What a score has for each indicator, each alternative of a level's rule, and each fact of a home.
_NUMBERED = re.compile(r"i\d+(_applies)?|fact_\d+|of_home_\d+")


LONGEST_NAME = 50
"""Letters of a name that becomes a column's: PostgreSQL cuts it behind the 63rd, and some columns have a few more than
the question. A definition that a store has kept may have longer ones."""


def is_word_of_sql(name: str) -> bool:
    """Whether a name cannot be a column's, or what columns are grouped by, without quotation marks."""
    return name in DuckDB.Generator.RESERVED_KEYWORDS


def name_of_question(name: str) -> str:
    """Return the name of a question; raises FaultyPart where something else has it."""
    if is_word_of_sql(name) or name in _COLUMNS or _NUMBERED.fullmatch(name):
        raise FaultyPart("name_taken", name=name, other=f"{name}_asked")
    return name


def stands_beside_answers(name: str, *, says_who: bool) -> bool:
    """Return whether a list, or rows for others, would have two columns of this name.

    `says_who`: the answer plays a part, as in telling which child or home a row is about.
    """
    return name in _BESIDE_ROWS or (says_who and name in _BESIDE_KEYS)


def stands_beside_figures(name: str) -> bool:
    """Return whether a table of figures would have two columns of this name, were it that of a level or group."""
    return name in _BESIDE_FIGURES or name.startswith("could_")


def name_of_part(name: str) -> str:
    """Return the name of a level or group, which becomes a column's; raises FaultyPart where SQL has it."""
    if is_word_of_sql(name):
        raise FaultyPart("name_taken", name=name, other=f"{name}_own")
    return name
