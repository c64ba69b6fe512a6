"""What a person decided of a draft's lines: in a workbook that was begun, or since."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import zip_longest

from cpms_cli.checking.drafting.drafted_map import Decided
from cpms_cli.reading.header.mapping import HeaderMap, MapLine, compared, leave_out
from cpms_cli.survey.messages import say
from cpms_cli.survey.model.definition import Language, Survey

HeaderRow = tuple[str, str, str, str, str]
"""A line of a map: header, field, label, how sure, examples."""


def with_decisions(
    survey: Survey, rows: Sequence[HeaderRow], begun: HeaderMap | None, decided: Decided, language: Language
) -> Iterator[HeaderRow]:
    """The lines of a map as a person decided them, others as they are.

    Of several lines of one header, those that are left out are none, unless all are.
    """
    of_header: dict[str, list[HeaderRow]] = {}
    for row in rows:
        of_header.setdefault(compared(row[0]), []).append(row)
    left = leave_out(language)
    for header, lines in of_header.items():
        kept = begun.in_order.get(header, ()) if begun else ()
        # A line that somebody added in the workbook stands beside those that are drafted.
        drafted = [*lines, *([lines[0]] * (len(kept) - len(lines)))]
        chosen = [_decided_row(survey, row, line, decided, language) for row, line in zip_longest(drafted, kept)]
        yield from [row for row in chosen if row[1] != left] or chosen[:1]


def _decided_row(
    survey: Survey, row: HeaderRow, begun: MapLine | None, decided: Decided, language: Language
) -> HeaderRow:
    """A line of a map as a person decided it; itself where nobody did."""
    chosen = decided.get((compared(row[0]), row[1]))
    if chosen is None and begun is not None:
        number = "" if begun.child is None else f"_{begun.child}"
        chosen = f"{begun.field}{number}" if begun.field else leave_out(language)
    if chosen is None or chosen == row[1]:
        return row
    label = survey.fields[chosen].label.in_(language) if chosen in survey.fields else ""
    return row[0], chosen, label, say("map_answered", language), row[4]
