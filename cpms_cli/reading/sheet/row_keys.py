"""The parts of a row's key that a sheet leaves out of its rows: taken from its title, its name, or what is given.

The round and the village may stand above the header, or in the sheet's name; the village may stand as its number (moo)
alone; the house may stand in the first row of a family only, or be known by its head's name; and children may have no
number within their home. Each is told as a note, and nothing is taken that may mean two things.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import pandas as pd

from cpms_cli.errors import UsageError
from cpms_cli.reading.header.export_layouts import Layout
from cpms_cli.reading.layout.title_keys import place_in_titles, place_of_section, sections_of, title_names_other
from cpms_cli.reading.sheet.grown_ups import without_grown_ups
from cpms_cli.reading.sheet.house_lines import with_houses_of_lines
from cpms_cli.reading.sheet.houses_above import any_filled, with_houses_from_above
from cpms_cli.reading.sheet.names.head_names import with_codes_of_homes, with_heads_as_homes
from cpms_cli.reading.sheet.sheets import (
    Note,
    Sheet,
    texts_of,
    with_column,
    with_counted_lines,
)
from cpms_cli.reading.sheet.village_numbers import (
    BY_NUMBER,
    village_number_column,
    villages_by_code,
    villages_by_name,
    villages_by_number,
)
from cpms_cli.reading.value.digits import ascii_digits
from cpms_cli.survey.area_widths import SUBDISTRICT
from cpms_cli.survey.model.definition import Survey

_MOSTLY = 0.5
VILLAGE_OWN = "village_own"


@dataclass(frozen=True)
class GivenKeys:
    """What is given for all rows of a file that do not say it: the round, and the code of a village or subdistrict.

    `several`: it is given for several files, of which some may say their own village.
    """

    round: int | None = None
    village: str | None = None
    several: bool = False


def check_village_used(sheets: Sequence[Sheet], given: GivenKeys) -> None:
    """Raise UsageError where a village is given for several files, and all say another one."""
    own = [any(note.message_id == VILLAGE_OWN for note in sheet.notes) for sheet in sheets]
    if own and all(own):
        for note in (note for sheet in sheets for note in sheet.notes):
            if note.message_id == BY_NUMBER and (given.village or "").startswith(note.values["subdistrict"]):
                raise UsageError("village_numbers_differ", given=given.village, **note.values)
        raise UsageError("village_of_no_file", given=given.village)


def with_row_keys(survey: Survey, sheet: Sheet, given: GivenKeys) -> Sheet:
    """The sheet with the village, the house and the line of its rows in columns, as far as it or `given` says them.

    Raises UsageError where a village is given for this file alone and its own column says another.
    """
    if not sheet.fields:
        return sheet
    if sheet.layout is not None:
        return _of_export(survey, sheet, sheet.layout, given)
    placed = with_houses_of_lines(survey, _with_village(survey, sheet, given))
    homes = with_heads_as_homes(survey, placed)
    filled = without_grown_ups(survey, with_houses_from_above(survey, homes), given.round)
    return _numbered(survey, filled if homes is placed else with_codes_of_homes(survey, filled, homes))


def _of_export(survey: Survey, sheet: Sheet, layout: Layout, given: GivenKeys) -> Sheet:
    """As `with_row_keys`, of an export: a form may ask for the village by its number and its subdistrict; the rows of
    its repeat groups have their keys from the sheet around them."""
    if layout.is_repeat_group(sheet.source.header):
        return sheet
    placed = _with_village(survey, sheet, given)
    return placed if sheet.source.has_repeats else _numbered(survey, placed)


def _with_village(survey: Survey, sheet: Sheet, given: GivenKeys) -> Sheet:
    return _beside_its_title(survey, _with_own_village(survey, sheet, given))


def _beside_its_title(survey: Survey, sheet: Sheet) -> Sheet:
    """The sheet with a note where its titles name a subdistrict in which none of its rows' villages lies."""
    titled, place = place_in_titles(survey, sheet.source), sheet.place(survey.role("village").name)
    if titled is None or place is None or not _says_village(survey, sheet):
        return sheet
    others = _other_villages(sheet, place, titled.subdistrict)
    if len(others) < texts_of(sheet, place).dropna().nunique():
        return sheet
    values = {"subdistrict": titled.subdistrict, "codes": ", ".join(others[:3])}
    return replace(sheet, notes=(*sheet.notes, Note("village_other_than_title", values)))


def _with_own_village(survey: Survey, sheet: Sheet, given: GivenKeys) -> Sheet:
    """The sheet with the village that its rows say themselves, where it is given for several files, else as given."""
    if given.village is None or not given.several:
        return _placed(survey, sheet, given.village)
    # What a file says of itself goes before what is given for it and others.
    own = _placed(survey, sheet, None)
    if not _says_village(survey, own):
        own = _placed(survey, sheet, given.village[:SUBDISTRICT])  # its rows may have the numbers of villages there
    if not _says_village(survey, own):
        return _placed(survey, sheet, given.village)
    place = own.place(survey.role("village").name)
    others = [] if place is None else _other_villages(own, place, given.village)
    note = Note(VILLAGE_OWN, {"given": given.village, "codes": ", ".join(others[:3])})
    return replace(own, notes=(*own.notes, note)) if others else own


def _says_village(survey: Survey, sheet: Sheet) -> bool:
    """Whether the rows of a sheet have the codes of villages, most of them."""
    place = sheet.place(survey.role("village").name)
    if place is None:
        return False
    texts = ascii_digits(texts_of(sheet, place).dropna()).str.replace(r"\s", "", regex=True)
    return bool(len(texts)) and bool(texts.str.fullmatch(r"\d{8}(\.0)?").mean() > _MOSTLY)


def _placed(survey: Survey, sheet: Sheet, given: str | None) -> Sheet:
    """The sheet with the village of its rows in a column, as it says it, or as it is `given` for this file."""
    name = survey.role("village").name
    given, subdistrict, village = _place_of_all_rows(survey, sheet, given)
    place = sheet.place(name)
    if place is None:
        place = village_number_column(sheet)
        named = None if place is None else villages_by_name(survey, sheet, place, given)
        if named is not None and place is not None:
            if given:
                _check_same_village(named, place, given, name)
            return named
    if place is not None:
        own = sheet if place in sheet.fields else villages_by_code(survey, sheet, place)
        if own is sheet and subdistrict is not None:
            own = villages_by_number(survey, sheet, place, subdistrict)
        if given:
            _check_same_village(own, place, given, name)
        return own
    if _is_nearly_there(sheet, name):
        return sheet
    if sections_of(sheet.source):
        return _villages_by_section(survey, sheet, subdistrict, village, given)
    if village is None:
        return sheet
    column = pd.Series(village, index=range(sheet.source.data.num_rows), dtype="str")
    note = Note("village_given" if given == village else "village_from_title", {"village": village})
    return with_column(sheet, name, column, note)


def _place_of_all_rows(survey: Survey, sheet: Sheet, given: str | None) -> tuple[str | None, str | None, str | None]:
    """What is `given`, and the codes of the subdistrict and of the village that this or the titles say of all rows.

    A subdistrict is not given to a sheet whose titles name others: a number would be of a village that it is not about.
    """
    whole = given if given and len(given) > SUBDISTRICT else None
    if given and not whole and title_names_other(survey, sheet.source, given):
        given = None
    around = given[:SUBDISTRICT] if given else None
    titled = place_in_titles(survey, sheet.source, around)
    subdistrict = around or (titled.subdistrict if titled else None)
    return given, subdistrict, whole or (titled.village if titled and titled.subdistrict == subdistrict else None)


def _villages_by_section(
    survey: Survey, sheet: Sheet, subdistrict: str | None, first: str | None, given: str | None
) -> Sheet:
    """The sheet with the village of each row in a column, of which lines between the rows say it for those below them;
    `first` is that of the rows above all of these lines. Where such a line names no village that is known, the rows
    below it have none, unless the village itself is given.

    Raises UsageError where another village is given.
    """
    source, sections = sheet.source, sections_of(sheet.source)
    villages = pd.Series(first, index=range(len(source.rows)), dtype="str")
    lines: list[str] = []
    for row, line in sections:
        village = place_of_section(survey, line, subdistrict) or (given and first)
        villages[source.rows > row] = village
        lines.append(f"{village} ({row})")
        if given and village is not None and not village.startswith(given):
            values = {"given": given, "codes": village, "column": line}
            raise UsageError("village_differs", file=source.path.name, sheet=source.sheet or "", **values)
    if villages.isna().all():
        return sheet
    note = Note("village_from_sections", {"first": first or "-", "villages": ", ".join(lines)})
    return with_column(sheet, survey.role("village").name, villages, note)


def _other_villages(sheet: Sheet, place: int, given: str) -> list[str]:
    """The villages in a column that are not of what is given."""
    texts = ascii_digits(texts_of(sheet, place).dropna()).str.replace(r"\s", "", regex=True)
    return sorted({text for text in texts.unique() if not text.startswith(given)})


def _check_same_village(sheet: Sheet, place: int, given: str, name: str) -> None:
    others = _other_villages(sheet, place, given)
    if others:
        source = sheet.source
        numbered = any(note.message_id == BY_NUMBER for note in sheet.notes)
        if numbered and all(village.startswith(given[:SUBDISTRICT]) for village in others):
            values = {"column": source.header[place], "subdistrict": given[:SUBDISTRICT]}
            raise UsageError("village_numbers_differ", given=given, **values)
        raise UsageError(
            "village_differs",
            given=given,
            codes=", ".join(others[:3]),
            column=source.header[place],
            file=source.path.name,
            sheet=source.sheet or "",
        )


def _numbered(survey: Survey, sheet: Sheet) -> Sheet:
    """The sheet with the number of each child within its home, in the order of the rows, where no column has it."""
    line, home = survey.role("line").name, survey.key("household")
    own = {field.name for field in survey.child.fields} - set(survey.child.shared) - {line}
    places = [sheet.place(name) for name in home if name != survey.role("round").name]
    known = [place for place in places if place is not None]
    if sheet.place(line) is not None or _is_nearly_there(sheet, line):
        return sheet
    if not own & set(sheet.fields.values()) or len(known) < len(places):
        return sheet
    round_place = sheet.place(survey.role("round").name)
    columns = [*known, *([] if round_place is None else [round_place])]
    key = pd.DataFrame({index: texts_of(sheet, index).fillna("") for index in columns})
    filled = any_filled(sheet, [index for index, field in sheet.fields.items() if field in own])
    return with_counted_lines(survey, sheet, key.agg("\x1f".join, axis=1)[filled])


def _is_nearly_there(sheet: Sheet, name: str) -> bool:
    """Whether a header is nearly a field's: then somebody must say whether it is, before anything stands in for it."""
    return any(miss.field == name for miss in sheet.near.values())
