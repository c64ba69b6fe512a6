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
# What a score has for each indicator, each alternative of a level's rule, and each fact of a home.
_NUMBERED = re.compile(r"i\d+(_applies)?|fact_\d+|of_home_\d+")


def is_word_of_sql(name: str) -> bool:
    """Whether a name cannot be a column's, or what columns are grouped by, without quotation marks."""
    return name in DuckDB.Generator.RESERVED_KEYWORDS


def name_of_question(name: str) -> str:
    """Return the name of a question; raises FaultyPart where something else has it."""
    if is_word_of_sql(name) or name in _COLUMNS or _NUMBERED.fullmatch(name):
        raise FaultyPart("name_taken", name=name, other=f"{name}_asked")
    return name


def name_of_part(name: str) -> str:
    """Return the name of a level or group, which becomes a column's; raises FaultyPart where SQL has it."""
    if is_word_of_sql(name):
        raise FaultyPart("name_taken", name=name, other=f"{name}_own")
    return name
