"""The columns of a sheet that are not read: why, what stands in them, and whether it looks like answers.

What looks like answers is decided by the definition itself: its code lists, its dates and its numbers, through the one
function that reads them.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from cpms_cli.reading.header.export_layouts import Layout, aside_columns, layouts, own_columns
from cpms_cli.reading.header.headers import Proposal, spelt
from cpms_cli.reading.sheet.looks_like import kind_of
from cpms_cli.reading.source import SourceTable, column_letter
from cpms_cli.survey.messages import say, wordings
from cpms_cli.survey.model.definition import Language, Survey, folded
from cpms_cli.survey.speech.languages import spoken_languages

Why = Literal["unknown", "near", "no_header", "choice", "child", "left_out", "added", "own", "gathered", "carried"]
"""unknown: no header of the survey; near: nearly one; no_header: nothing stands above; choice: one answer of a
question of several, whose marks cannot be read; child: numbered as a further child's, with too little to read it;
left_out: by the map; added: by the program that exported; own: this program's own words; gathered: another column has
the same answers; carried: of a workbook of rows set aside, not read before either."""
_OPEN: frozenset[Why] = frozenset({"unknown", "near", "no_header", "choice", "child"})
_KNOWN: frozenset[Why] = frozenset({"added", "own", "gathered", "left_out", "carried"})
FURTHER_CHILD, CHOICE_MARKS = "child", "choice"
_STEP = re.compile(r"[/.\-]")


@dataclass(frozen=True)
class UnreadColumn:
    """One column that is not read. `filled` counts its cells with an answer or any other text in them.

    `looks_like` is a code list's name, "date", "id_number", "child" or "choice" where most of these cells are such
    answers, else None; `may_be` the field that it nearly names, or names a part of.
    """

    index: int
    header: str
    why: Why
    filled: int
    looks_like: str | None = None
    may_be: str | None = None

    @property
    def letter(self) -> str:
        """The column's name in a spreadsheet."""
        return column_letter(self.index)

    @property
    def weighs(self) -> bool:
        """Whether something may be lost that nobody has decided on yet."""
        return self.why in _OPEN and self.filled > 0

    @property
    def holds_answers(self) -> bool:
        """Whether nothing may be stored before somebody has decided on it."""
        return self.weighs and self.looks_like is not None


def carried_header(header: str, language: Language) -> str:
    """Above a column that was not read, in the workbook of rows set aside."""
    return say("carried_header", language, header=header)


@lru_cache(maxsize=8)
def _carried(languages: tuple[Language, ...]) -> tuple[str, ...]:
    # A sentence that begins with the header itself tells nothing by how it begins.
    return tuple(filter(None, (folded(carried_header("", language)) for language in languages)))


def aside_headers(languages: tuple[Language, ...]) -> list[tuple[str, str]]:
    """Return the two headers of a workbook of rows set aside, what is wrong and where the row stood: in each of the
    languages that it may be written in, and as earlier versions wrote them."""
    problem, place = own_columns().aside
    spoken = ((say(problem, language), say(place, language)) for language in languages)
    return [own_columns().names, *spoken]


@lru_cache(maxsize=8)
def _spelt_aside(languages: tuple[Language, ...]) -> tuple[tuple[str, str], ...]:
    """These headers as headers are compared."""
    return tuple(dict.fromkeys((spelt(problem), spelt(place)) for problem, place in aside_headers(languages)))


@lru_cache(maxsize=8)
def own_headers(survey: Survey, *, exported: bool) -> frozenset[str]:
    """The headers that this program's own files have beside the survey's, as headers are compared.

    In an export of a program for phones (`exported`), those of the form that this program makes for it.
    """
    own = own_columns()
    aside = frozenset(header for pair in _spelt_aside(spoken_languages()) for header in pair)
    if not exported:
        return aside
    dates = [field.name for field in survey.fields.values() if field.format == "partial-date"]
    names = [*own.form, *(form.format(field=name) for form in own.of_dates for name in dates)]
    spoken = [wording for sentence in own.sentences for wording in wordings(sentence)]
    spoken += [
        other.sentences[sentence]
        for other in survey.translations
        for sentence in own.sentences
        if sentence in other.sentences
    ]
    return aside | frozenset(spelt(text) for text in (*names, *spoken))


@lru_cache(maxsize=8)
def _indicator_headers(survey: Survey) -> frozenset[str]:
    labels = [
        f"{indicator.number} {indicator.name.in_(language)}"
        for indicator in survey.indicators
        for language in survey.languages
    ]
    return frozenset(spelt(text) for text in (*(indicator.column for indicator in survey.indicators), *labels))


def score_headers(survey: Survey, header: Sequence[str]) -> frozenset[str]:
    """In an export of records, what stands there beside the answers, as headers are compared; else nothing."""
    indicators = _indicator_headers(survey)
    if len(indicators & {spelt(cell) for cell in header}) < len(survey.indicators):
        return frozenset()
    own = own_columns().scores
    words = [wording for word in own.words for wording in wordings(word)]
    return indicators | {spelt(text) for text in (*own.names, *words)}


@lru_cache(maxsize=8)
def list_headers(survey: Survey) -> frozenset[str]:
    """What stands in the list of visits beside the columns of a response, as headers are compared."""
    lists = own_columns().lists
    fields = [survey.fields[name] for name in survey.names_of(*lists.roles)]
    labels = [field.label.in_(language) for field in fields for language in survey.languages]
    words = [wording for word in lists.words for wording in wordings(word)]
    return frozenset(spelt(text) for text in (*labels, *words))


@dataclass(frozen=True)
class HeaderResult:
    """What the headers of a sheet say, by the place of the column.

    `read`: the columns that are read. `near`: the field that a header nearly names. `why`: why a column is not read,
    where the other headers say so. `may_be`: the field that such a column may be a part of.
    """

    read: Collection[int]
    near: Mapping[int, Proposal]
    why: Mapping[int, Why]
    may_be: Mapping[int, str]


def unread_columns(
    survey: Survey,
    source: SourceTable,
    headers: HeaderResult,
    layout: Layout | None,
    beside: Collection[str] = (),
) -> tuple[UnreadColumn, ...]:
    """Return every column of a sheet that is not read, but no blank column without a header.

    `layout` is that of the program that exported the sheet, if any. `beside` are further headers, in the form in which
    headers are compared, that are known to stand in a sheet of this kind.
    """
    near = headers.near
    known = own_headers(survey, exported=layout is not None) | set(beside)
    spelt_headers = {spelt(header) for header in source.header}
    set_aside = any(spelt_headers.issuperset(pair) for pair in _spelt_aside(spoken_languages()))
    unread = []
    for index, header in enumerate(source.header):
        if index in headers.read:
            continue
        filled = _filled(survey, source, index)
        if not filled and not header.strip():
            continue
        reason = headers.why.get(index) or _reason(header, known, set_aside) or ("near" if index in near else "unknown")
        looks: str | None = None
        if reason not in _KNOWN or (reason == "added" and layout is None and index not in headers.why):
            looks = _looks_like(survey, source, index, reason)
            if reason == "added" and looks in survey.codelists:
                reason = "unknown"  # nothing else says that the sheet is an export
        field = headers.may_be.get(index) or (near[index].field if index in near else None)
        unread.append(UnreadColumn(index, header, reason, filled, looks if reason in _OPEN else None, field))
    return tuple(unread)


def _reason(header: str, known: Collection[str], set_aside: bool) -> Why | None:
    """Why a column is not read, where its header alone says so; `set_aside` in a workbook of rows set aside."""
    if not header.strip():
        return "no_header"
    if set_aside and folded(header).startswith(_carried(spoken_languages())):
        return "carried"
    if spelt(header) in known or spelt(_STEP.split(header)[-1]) in known:
        return "own"
    return "added" if any(export.owns(header) for export in layouts()) else None


@lru_cache(maxsize=8)
def _blank_words(survey: Survey) -> frozenset[str]:
    listed = survey.codelists["missing"]
    blank = {entry.code for entry in listed.codes if entry.missing == "blank"}
    return frozenset(word for word, code in listed.by_spelling.items() if code in blank)


def says_something(survey: Survey, source: SourceTable, index: int) -> npt.NDArray[np.bool_]:
    """In which rows a column has more than a word for nothing."""
    codes, texts = source.encoded(index)
    # As `folded`, on whole columns: names and numbers are nearly all distinct.
    plain = pc.utf8_lower(pc.utf8_normalize(pc.replace_substring_regex(texts, r"[\s\p{Z}]+", ""), "NFC"))
    blank = pc.or_(pc.equal(plain, ""), pc.is_in(plain, value_set=pa.array(_blank_words(survey), pa.string())))
    says_more = np.append(~blank.to_numpy(zero_copy_only=False), False)
    return np.asarray(says_more[codes], dtype=bool)


def _filled(survey: Survey, source: SourceTable, index: int) -> int:
    return int(says_something(survey, source, index).sum())


def _looks_like(survey: Survey, source: SourceTable, index: int, why: Why) -> str | None:
    """What most of a column's cells are answers to; None where they are other words."""
    if why in ("child", "choice"):
        return FURTHER_CHILD if why == "child" else CHOICE_MARKS
    header, aside = spelt(source.header[index]), aside_columns()
    if header and header in {spelt(name) for name in (*aside.numbering, *aside.remarks)}:
        return None
    counted = any(header.startswith(spelt(name)) for name in aside.counts)
    return kind_of(survey, source, index, counted=counted)
