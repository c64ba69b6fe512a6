"""Which column of a sheet is which field of the survey."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from cpms_cli.survey.definition import Survey, folded_header


@dataclass(frozen=True)
class HeaderMatch:
    """Column index to field name, in the sheet's order; `twice` has fields that two columns claim."""

    fields: dict[int, str]
    unknown: tuple[int, ...]
    twice: dict[str, tuple[int, ...]]


def header_spellings(survey: Survey) -> dict[str, str]:
    """Every accepted header, folded, to the field it names."""
    return {
        folded_header(spelling): name for name, field in survey.fields.items() for spelling in (name, *field.headers)
    }


def match_headers(cells: Sequence[str], spellings: dict[str, str]) -> HeaderMatch:
    """Match one row of cells against the accepted spellings; nothing is guessed from a near miss."""
    claimed: dict[str, list[int]] = {}
    unknown: list[int] = []
    for index, cell in enumerate(cells):
        name = spellings.get(folded_header(cell)) if cell else None
        if name:
            claimed.setdefault(name, []).append(index)
        elif cell.strip():
            unknown.append(index)
    fields = {places[0]: name for name, places in claimed.items() if len(places) == 1}
    twice = {name: tuple(places) for name, places in claimed.items() if len(places) > 1}
    return HeaderMatch(dict(sorted(fields.items())), tuple(unknown), twice)


def find_header(rows: Sequence[Sequence[str]], spellings: dict[str, str], least: int = 3) -> int | None:
    """The index of the row that holds the most known headers; None when no row holds `least` of them."""
    counts = [len(set(match_headers(row, spellings).fields.values())) for row in rows]
    best = max(counts, default=0)
    return counts.index(best) if best >= least else None
