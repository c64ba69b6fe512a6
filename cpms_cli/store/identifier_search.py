"""The identifier that is meant by what somebody typed: a whole one, or the beginning of only one child's."""

from __future__ import annotations

import duckdb

from cpms_cli.errors import UsageError
from cpms_cli.store.tables.anchors import identifiers_now
from cpms_cli.survey.model.definition import Survey
from cpms_cli.survey.plain_text import plain_digits, plain_text

SHORTEST = 4
"""So many characters at least must be typed: with fewer, a slip of one key would easily be another child's."""
_SHOWN, _SLIPS = 5, 2


def plain_identifier(text: str) -> str:
    """What was typed, in the letters and digits of identifiers.

    >>> plain_identifier(" cypg-8nh3 7bp5 "), plain_identifier("c๒")
    ('CYPG8NH37BP5', 'C2')
    """
    return "".join(sign for sign in plain_digits(plain_text(text)).upper() if sign.isalnum())


def persons_by_identifier(connection: duckdb.DuckDBPyConnection, survey: Survey) -> dict[str, str]:
    """Return the identifier that is shown for a child, by every one that leads to it, in order."""
    known = connection.execute(f"SELECT identifier, person FROM ({identifiers_now(survey)}) ORDER BY 1").fetchall()
    return {str(identifier): str(person) for identifier, person in known}


def identifier_meant(connection: duckdb.DuckDBPyConnection, survey: Survey, text: str) -> str:
    """Return the identifier that somebody typed whole, or the only child's that begins so (the one shown for it).

    Raises UsageError where none begins so, with those that differ by a slip or two; where several children's do; or
    where less than `SHORTEST` characters were typed.
    """
    typed = plain_identifier(text)
    persons = persons_by_identifier(connection, survey)
    if typed in persons:
        return typed
    beginning = sorted({person for identifier, person in persons.items() if typed and identifier.startswith(typed)})
    if len(beginning) == 1 and len(typed) >= SHORTEST:
        return beginning[0]
    if beginning:
        more = ", …" if len(beginning) > _SHOWN else ""
        raise UsageError("ambiguous_child", id=text, candidates=", ".join(beginning[:_SHOWN]) + more, least=SHORTEST)
    from rapidfuzz import process  # noqa: PLC0415 - heavy, and needed only where nobody is meant
    from rapidfuzz.distance import OSA  # noqa: PLC0415

    near = process.extract(typed, list(persons), scorer=OSA.distance, score_cutoff=_SLIPS, limit=_SHOWN)
    alike = sorted({persons[identifier] for identifier, _, _ in near}) if len(typed) >= SHORTEST else []
    raise UsageError("unknown_child_near" if alike else "unknown_child", id=text, near=", ".join(alike))


def current_identifier(connection: duckdb.DuckDBPyConnection, survey: Survey, identifier: str) -> str:
    """The identifier now shown for the child that this one was given to, or that a form carried it for.

    The beginning of only one child's identifier will do. Raises UsageError where no child has it, or several have.
    """
    query = f"SELECT person FROM ({identifiers_now(survey)}) WHERE identifier = ?"
    row = connection.execute(query, [identifier_meant(connection, survey, identifier)]).fetchone()
    assert row is not None
    return str(row[0])
