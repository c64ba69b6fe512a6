"""What a sheet of text is to the survey: which column is which field, and what is to be told of the rest."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from functools import partial

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa

from cpms_cli.errors import UnreadableFile
from cpms_cli.reading.header.choices.split_questions import choice_columns, distinct, fold_choices, separated
from cpms_cli.reading.header.export_layouts import Layout, layout_of, leading_columns
from cpms_cli.reading.header.headers import (
    HeaderMatch,
    Proposal,
    header_spellings,
    match_headers,
    mentions,
    near_miss,
    spelt,
)
from cpms_cli.reading.header.mapping import HeaderMap, apply_map, mapped_children, mapped_fields, two_headers
from cpms_cli.reading.header.side_by_side import Settled, SideBySide, find_side_by_side, twice_for_one_child
from cpms_cli.reading.sheet.unread import HeaderResult, UnreadColumn, Why, score_headers, unread_columns
from cpms_cli.reading.source import SourceTable, column_letter
from cpms_cli.reading.value.personal_names import split_family_name
from cpms_cli.survey.model.definition import Survey
from cpms_cli.survey.proposals.header_words import known_meanings, meanings, words_of

_SHOWN_ROWS = 5
_TIME_OF_DAY = re.compile(r"^(\d{4}-\d{2}-\d{2})[T ]\d{2}:\d{2}.*$", re.DOTALL)


@dataclass(frozen=True)
class Note:
    """Something to tell of how a sheet was read: the id of a sentence, and what fills it in."""

    message_id: str
    values: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Sheet:
    """A sheet whose columns are known. `fields` has column to field; `near` column to what it may be, and is not read.

    `unknown` are the columns that are neither of the survey nor added by the program that exported the sheet; `added`
    are columns of `source` that the sheet itself lacks. Where children stand side by side, `children` has their columns
    with the child's number and the field. `unread` tells of every column that is not read. `is_numbered`: the lines of
    its children are counted, and stand nowhere in the file.
    """

    source: SourceTable
    fields: dict[int, str]
    unknown: tuple[int, ...]
    near: dict[int, Proposal]
    layout: Layout | None
    added: frozenset[int] = frozenset()
    notes: tuple[Note, ...] = ()
    children: dict[int, tuple[int, str]] = field(default_factory=dict)
    unread: tuple[UnreadColumn, ...] = ()
    is_numbered: bool = False

    def place(self, name: str) -> int | None:
        """The column of a field; None where the sheet has none."""
        return next((index for index, field in self.fields.items() if field == name), None)


@dataclass(frozen=True)
class Matched:
    """A sheet's headers before anything is decided: `match` may have fields that two columns claim."""

    source: SourceTable
    match: HeaderMatch
    near: dict[int, Proposal]
    layout: Layout | None
    folded: dict[int, int]
    side_by_side: SideBySide
    unread: tuple[UnreadColumn, ...]


def match_sheet(
    survey: Survey, source: SourceTable, chosen: HeaderMap | None = None, beside: Collection[str] = ()
) -> Matched:
    """Match the headers of a sheet, as its map wants it where there is one.

    Columns of one question's several answers become one column; those that an exporting program adds are no longer
    among the unknown ones. `beside` are headers, as headers are compared, that such a sheet has beside what is read.
    Raises UsageError where two columns claim a field, one of them by the map.
    """
    spellings = {**header_spellings(survey), **(chosen.spellings() if chosen else {})}
    layout = layout_of(source.header)
    map_fields = mapped_fields(chosen, source)
    choices = choice_columns(survey, source, spellings, map_fields)
    source, into = fold_choices(survey, source, spellings, map_fields)
    scores = score_headers(survey, source.header)
    leading = set(first[1] if (first := leading_columns(source.header)) else ()) - map_fields.keys()
    # A column of one choice is a part of its question, whose column stands for all of them; a score is no answer, nor
    # is what a program of forms notes of whoever sent one.
    cells = [
        "" if into.get(index, index) != index or spelt(header) in scores or index in leading else header
        for index, header in enumerate(source.header)
    ]
    match = _of_homes_alone(survey, source, match_headers(cells, spellings))
    of_children = mapped_children(chosen, source)
    if chosen:
        match = apply_map(chosen, source, match, settled={*into, *of_children})
    settled = {index for index in into if into[index] != index} | (map_fields.keys() - of_children.keys())
    side_by_side = find_side_by_side(survey, source.header, match, spellings, Settled(of_children, settled))
    match = side_by_side.match
    unknown = tuple(index for index in match.unknown if layout is None or not layout.owns(source.header[index]))
    match = replace(match, unknown=unknown)
    consent = survey.role("consent").name
    near = {
        index: miss
        for index in unknown
        if (miss := _slip(survey, header := source.header[index], spellings) or mentions(header, consent, spellings))
    }
    taken = {*match.fields.values(), *match.twice, *(name for _, name in side_by_side.children.values())}
    taken |= questions_of_others(survey, source)
    near = {index: miss for index, miss in near.items() if miss.field not in taken}
    why: dict[int, Why] = {
        **dict.fromkeys(choices, "choice"),
        **dict.fromkeys(side_by_side.loose, "child"),
        **dict.fromkeys(match.apart, "gathered"),
        **dict.fromkeys(leading, "added"),
        **{index: "left_out" for index, name in map_fields.items() if name is None},
    }
    may_be = {**{index: column.question[0] for index, column in choices.items()}, **side_by_side.loose}
    read = {
        *match.fields,
        *into,
        *side_by_side.children,
        *(place for places in match.twice.values() for place in places),
    }
    unread = unread_columns(survey, source, HeaderResult(read, near, why, may_be), layout, {*beside, *scores})
    return Matched(source, match, near, layout, into, side_by_side, unread)


def _slip(survey: Survey, header: str, spellings: Mapping[str, str]) -> Proposal | None:
    """The field that a header names but for a slip. It is none where all its words are known, and one of them is never
    in the field's own headers: "surname" is not "name" with letters too many."""
    miss = near_miss(header, spellings)
    if miss is None or miss.field == survey.role("consent").name:
        return miss
    words = meanings(header.rpartition("/")[2] or header)
    # A word with a slip in it falls into pieces that may be other words, and a piece that nobody knows.
    other = words <= known_meanings() and words - words_of(survey.fields[miss.field])
    return None if other else miss


def questions_of_others(survey: Survey, source: SourceTable) -> set[str]:
    """What is not asked in a sheet of families whose children stand in another: the questions about a child."""
    return {field.name for field in survey.child.fields} - set(survey.child.shared) if source.has_repeats else set()


def _of_homes_alone(survey: Survey, source: SourceTable, match: HeaderMatch) -> HeaderMatch:
    """What the headers of a sheet say without a question about a child, where there are only families in it: whoever
    is meant there, it is no child."""
    own = questions_of_others(survey, source)
    fields = {index: name for index, name in match.fields.items() if name not in own}
    twice = {name: places for name, places in match.twice.items() if name not in own}
    apart = set(match.fields) - set(fields) | {
        place for name in match.twice for place in match.twice[name] if name in own
    }
    return replace(match, fields=fields, twice=twice, unknown=tuple(sorted({*match.unknown, *apart})))


def understand(
    survey: Survey, source: SourceTable, chosen: HeaderMap | None = None, beside: Collection[str] = ()
) -> Sheet:
    """A sheet with its columns known and its answers written as people write them; `beside` as for `match_sheet`.

    Raises UnreadableFile where two columns claim a field, UsageError where one of them does by the map.
    """
    matched = match_sheet(survey, source, chosen, beside)
    source, match, layout, children = matched.source, matched.match, matched.layout, matched.side_by_side.children
    for name, places in (*match.twice.items(), *twice_for_one_child(matched.side_by_side)):
        letters = ", ".join(f"{column_letter(place)} ({source.header[place]})" for place in places)
        raise UnreadableFile(
            "two_columns_one_field", field=name, columns=letters, file=source.path.name, sheet=source.sheet or ""
        )
    notes = (Note("layout_export", {"program": layout.name}),) if layout else ()
    fields = {**match.fields, **{index: name for index, (_, name) in children.items()}}
    plain = _plain_answers(survey, source, fields, exported=layout is not None)
    unknown = tuple(index for index in match.unknown if index not in matched.near)
    sheet = Sheet(
        plain, match.fields, unknown, matched.near, layout, notes=notes, children=children, unread=matched.unread
    )
    return sheet if chosen is None else _with_further_fields(survey, sheet, chosen)


def _with_further_fields(survey: Survey, sheet: Sheet, chosen: HeaderMap) -> Sheet:
    """The sheet with a column more for each further question that a map says a column answers.

    Raises UsageError where another column is that question.
    """
    for index, header in enumerate(sheet.source.header):
        for line in chosen.further_lines(header):
            name = line.field or ""
            child = sheet.children[index][0] if line.child is not None and index in sheet.children else None
            taken: dict[tuple[int | None, str], int] = {(None, field): other for other, field in sheet.fields.items()}
            taken |= {(number, field): other for other, (number, field) in sheet.children.items()}
            if (child, name) in taken:
                raise two_headers(chosen, line, sheet.source, (taken[child, name], index))
            place = len(sheet.source.header)
            data = sheet.source.data.append_column(str(place), sheet.source.data.column(str(index)))
            source = replace(sheet.source, data=data, header=(*sheet.source.header, header))
            if child is None:
                sheet = replace(sheet, fields={**sheet.fields, place: name})
            else:
                sheet = replace(sheet, children={**sheet.children, place: (child, name)})
            sheet = replace(sheet, source=source, added=sheet.added | {place})
            sheet = _with_names_apart(survey, sheet, (index, place))
    return sheet


def _with_names_apart(survey: Survey, sheet: Sheet, places: tuple[int, int]) -> Sheet:
    """The sheet with a whole name taken apart, where the columns at these two places are both parts of a name.

    The last word is the family name, or all from a word on that begins one, as "ณ"; a name of one word has none. The
    note says so: by some customs there is no family name, and the map then has the given name alone.
    """
    names = [field.name for field in survey.name_fields]
    of_children = {place: name for place, (_, name) in sheet.children.items()}
    by_field = {sheet.fields.get(place) or of_children.get(place): place for place in places}
    if len(names) == 1 or set(by_field) != {*names}:
        return sheet
    codes, texts = distinct(sheet.source, places[0])
    parts = [("", "") if text is None else split_family_name(survey, text) for text in texts]
    data, count = sheet.source.data, int(np.array([bool(last) for _, last in parts])[codes % len(parts)].sum())
    for which, name in enumerate(names):
        column = pa.array([part[which] or None for part in parts], pa.string()).take(pa.array(codes % len(parts)))
        data = data.set_column(by_field[name], str(by_field[name]), column.dictionary_encode())
    note = Note("name_split", {"column": sheet.source.header[places[0]], "count": str(count)})
    return replace(sheet, source=replace(sheet.source, data=data), notes=(*sheet.notes, note))


def _plain_answers(survey: Survey, source: SourceTable, fields: Mapping[int, str], *, exported: bool) -> SourceTable:
    """The sheet with several answers separated as people do, and moments of an export's date questions as dates.

    Programs for phones write a date question's moment with the phone's own time zone, so its date is the day there.
    """
    data = source.data
    for index, name in fields.items():
        asked = survey.fields[name]
        if asked.many and survey.codes(asked):
            data = _rewritten(data, source, index, partial(separated, known=survey.spellings(asked)))
        elif exported and asked.holds_dates:
            data = _rewritten(data, source, index, _day)
    return source if data is source.data else replace(source, data=data)


def _day(text: str) -> str:
    return _TIME_OF_DAY.sub(r"\1", text.strip())


def _rewritten(data: pa.Table, source: SourceTable, index: int, change: Callable[[str], str]) -> pa.Table:
    codes, texts = distinct(source, index)
    changed = [None if text is None else change(text) for text in texts]
    if changed == texts:
        return data
    array = pa.array(changed, pa.string()).take(pa.array(codes % len(texts)))
    return data.set_column(index, str(index), array.dictionary_encode())


def with_column(sheet: Sheet, name: str, texts: pd.Series, note: Note) -> Sheet:
    """Return the sheet with one more column, of a field that it lacked: a text per row, NA where it is blank."""
    place, column = len(sheet.source.header), pa.array(texts, pa.string(), from_pandas=True).dictionary_encode()
    source = replace(
        sheet.source, data=sheet.source.data.append_column(str(place), column), header=(*sheet.source.header, name)
    )
    return replace(
        sheet,
        source=source,
        fields={**sheet.fields, place: name},
        added=sheet.added | {place},
        notes=(*sheet.notes, note),
    )


def some_rows(rows: npt.NDArray[np.int64]) -> str:
    """The first of some rows' numbers, to be told."""
    return ", ".join(map(str, rows[:_SHOWN_ROWS])) + (", …" if len(rows) > _SHOWN_ROWS else "")


def texts_of(sheet: Sheet, index: int) -> pd.Series:
    """A column's cells as text, NA where blank, numbered from 0."""
    texts: pd.Series = sheet.source.data.column(str(index)).cast(pa.string()).to_pandas().astype("str")
    return texts.where(texts.str.strip() != "").reset_index(drop=True)


def replace_texts(sheet: Sheet, place: int, texts: pd.Series) -> Sheet:
    """Return the sheet with other texts in a column: one per row, NA where it is blank."""
    column = pa.array(texts, pa.string(), from_pandas=True).dictionary_encode()
    return replace(sheet, source=replace(sheet.source, data=sheet.source.data.set_column(place, str(place), column)))


def with_counted_lines(survey: Survey, sheet: Sheet, homes: pd.Series) -> Sheet:
    """Return the sheet with the number of each child within its home, in the order of the rows.

    `homes`: what tells the home of each row of a child; other rows of the sheet are left out of it.
    """
    line = survey.role("line").name
    numbers = homes.groupby(homes, dropna=False).cumcount() + 1
    texts = numbers.reindex(range(sheet.source.data.num_rows)).astype("Int64").astype("str")
    return replace(with_column(sheet, line, texts, Note("layout_counted", {"field": line})), is_numbered=True)
