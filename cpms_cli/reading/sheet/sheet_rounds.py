"""The round that a sheet's name says, held against what is given."""

from __future__ import annotations

from cpms_cli.errors import UsageError
from cpms_cli.reading.layout.sheet_names import named_round
from cpms_cli.reading.layout.title_keys import round_in_titles
from cpms_cli.reading.sheet.sheets import Note, Sheet
from cpms_cli.survey.era import BUDDHIST_OFFSET
from cpms_cli.survey.model.definition import Survey


def _both_eras(year: int) -> str:
    return f"{year + BUDDHIST_OFFSET} ({year})"


def round_given(survey: Survey, sheet: Sheet, round_: int | None) -> tuple[int | None, tuple[Note, ...]]:
    """The round of a sheet that has no column for it: what its name says, or its title, else `round_`; and what to tell
    of that.

    Raises UsageError where both are there and differ: two rounds of children must not become one.
    """
    source = sheet.source
    by_name, by_title = named_round(source), round_in_titles(source)
    named = by_name if by_title in (None, by_name) else by_title if by_name is None else None
    if named is None or sheet.place(survey.role("round").name) is not None:
        return round_, ()
    if round_ is not None and round_ != named:
        raise UsageError(
            "sheet_says_round",
            given=_both_eras(round_),
            named=_both_eras(named),
            file=source.path.name,
            sheet=source.sheet or "",
        )
    message = "round_from_title" if by_name is None else "round_from_sheet"
    return named, (Note(message, {"year": _both_eras(named)}),)
