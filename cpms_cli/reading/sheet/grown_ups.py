"""A register of everybody in a house: the rows of grown-ups are no children, and are left out by number and count.

Only where the sheet itself says that it is such a register, by a column of who each person is to the head of the house,
in which somebody is the head. A wrong year in a list of children must never make one of them a grown-up in silence: a
row is left out where its age and its birth date, as far as they are there, both say so; a birth date with its year in
four digits, and old enough on the first day of the round. Without both, a parent of the head is left out where the ages
of the sheet bear out that the column is about the people of the rows; of a head or a spouse it is asked, since children
are married too. Every other row stays, to be mended.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa

from cpms_cli.reading.sheet.family_answers import with_answers_of_families
from cpms_cli.reading.sheet.sheet_rounds import round_given
from cpms_cli.reading.sheet.sheets import Note, Sheet, texts_of
from cpms_cli.reading.source import CellFault, RowLeftOut, SourceTable, only_used
from cpms_cli.reading.value.answers import Context
from cpms_cli.reading.value.values import read_texts
from cpms_cli.survey.model.definition import Survey, folded
from cpms_cli.survey.model.fields import Role
from cpms_cli.survey.plain_text import plain_digits
from cpms_cli.survey.proposals.proposal_settings import proposal_settings
from cpms_cli.survey.rules.typed_answers import adult_age
from cpms_cli.survey.speech.numbered_words import split_number

_FOUR_DIGITS = r"(?<!\d)\d{4}(?!\d)"
_AGES: tuple[Role, Role] = ("age", "born")
_MOST_WORDS = 40
_LEAST_ROWS = 0.7


def relation_column(source: SourceTable) -> int | None:
    """The place of the column that says who each person is to the head of the house; None where none names a head, or
    several do."""
    heads = frozenset(map(folded, proposal_settings().heads_in_rows))
    places = [index for index in range(len(source.header)) if _tells_relations(source, index, heads)]
    return places[0] if len(places) == 1 else None


def are_heads(source: SourceTable, relation: int) -> npt.NDArray[np.bool_]:
    """Which rows are of the head of a house, by the column that says who each person is to it."""
    heads = frozenset(map(folded, proposal_settings().heads_in_rows))
    codes, texts = source.encoded(relation)
    return np.array([*(_relation(text) in heads for text in texts.to_pylist()), False], dtype=bool)[codes]


def _tells_relations(source: SourceTable, index: int, heads: frozenset[str]) -> bool:
    codes, texts = source.encoded(index)
    if not 1 < len(texts) <= _MOST_WORDS:
        return False
    words = list(map(_relation, texts.to_pylist()))
    if heads.isdisjoint(words):
        return False
    filled = codes >= 0
    head = np.array([word in heads for word in words], dtype=bool)[codes[filled]]
    return bool(filled.mean() >= _LEAST_ROWS and not head.all())


def _relation(text: str) -> str:
    """Who a person is to the head, as it is compared: without the number that a form gives it, as "1. หัวหน้าครัวเรือน"."""
    return split_number(folded(text))[1]


def without_grown_ups(survey: Survey, sheet: Sheet, round_: int | None) -> Sheet:
    """The sheet without the rows of grown-ups, of which it is told how many there are and which; as it is where it is
    no register, where a child's row would lose its house with them, or the family one of two answers.

    What a grown-up's row alone says of the family, as its telephone number, stands in its children's rows then.
    """
    relation = relation_column(sheet.source)
    own = {field.name for field in survey.child.fields} - set(survey.child.shared)
    if relation is None or relation in sheet.fields or not own & set(sheet.fields.values()):
        return sheet
    unread = tuple(column for column in sheet.unread if column.index != relation)
    unknown = tuple(index for index in sheet.unknown if index != relation)
    ages = _are_grown_ups(survey, sheet, round_)
    elders, others = _without_ages(sheet, relation, ages)
    grown = (ages.grown | elders) & ~_beside_homeless(survey, sheet, relation, ages.grown | elders)
    whole = None if not grown.any() or grown.all() else with_answers_of_families(survey, sheet, grown)
    if whole is None:
        return _asked_about(sheet, relation, others | elders)
    sheet = _asked_about(whole, relation, others)
    source, kept = sheet.source, ~grown
    rows = source.rows[grown]
    left_out = tuple(RowLeftOut(int(row), "grown_up", "") for row in rows)
    gone = set(rows.tolist())
    source = replace(
        source,
        data=only_used(source.data.filter(pa.array(kept))),
        rows=source.rows[kept],
        faults=tuple(fault for fault in source.faults if fault.row not in gone),
        left_out=tuple(sorted((*source.left_out, *left_out), key=lambda row: row.row)),
    )
    values = {"column": source.header[relation], "count": str(len(rows)), "age": str(adult_age(survey))}
    note = Note("grown_ups_left_out", values)
    return replace(sheet, source=source, unread=unread, unknown=unknown, notes=(*sheet.notes, note))


@dataclass(frozen=True)
class _Ages:
    """Which rows are of grown-ups by their age and birth date, which of children, and which have neither of the two."""

    grown: npt.NDArray[np.bool_]
    young: npt.NDArray[np.bool_]
    unknown: npt.NDArray[np.bool_]


def _without_ages(sheet: Sheet, relation: int, ages: _Ages) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.bool_]]:
    """Of the rows without age and birth date those of grown-ups by their relation, and those that may be; none of both
    where a row of such a relation is a child's, as in a list that says who the carer of each child is."""
    settings, words = proposal_settings(), texts_of(sheet, relation).fillna("").map(_relation)
    elders, heads, partners = (
        words.isin(list(map(folded, listed))).to_numpy(dtype=bool)
        for listed in (settings.elders_in_rows, settings.heads_in_rows, settings.partners_in_rows)
    )
    others = heads | partners
    if (ages.young & (elders | heads)).any():
        return elders & False, others & False
    is_borne_out = bool((ages.grown & (elders | heads)).any())
    return elders & ages.unknown & is_borne_out, (others | (elders & (not is_borne_out))) & ages.unknown


def _asked_about(sheet: Sheet, relation: int, rows: npt.NDArray[np.bool_]) -> Sheet:
    """The sheet with a fault in each of these rows, of which nobody knows whether they are children's."""
    words = texts_of(sheet, relation)
    faults = tuple(
        CellFault("grown_up_unknown", int(sheet.source.rows[row]), relation, str(words[row]), open=True)
        for row in np.flatnonzero(rows)
    )
    return replace(sheet, source=replace(sheet.source, faults=(*sheet.source.faults, *faults))) if faults else sheet


def _are_grown_ups(survey: Survey, sheet: Sheet, round_: int | None) -> _Ages:
    grown_age = adult_age(survey)
    year = round_given(survey, sheet, round_)[0]
    rounds = sheet.place(survey.role("round").name)
    context = Context(() if year is None else (year,), sheet.source.evidence.get("date_system", "1900"))
    years = pd.Series(year, index=range(len(sheet.source.rows)), dtype="Float64")
    if rounds is not None:
        years = _numbers(_read(survey, sheet, "round", context)).fillna(years)
    ages = _numbers(_read(survey, sheet, "age", context))
    born = _read(survey, sheet, "born", context)
    # Of a birth date that is known to the year or month, the last day of it counts.
    latest = born.fillna("").str.slice(0, 4).where(born.notna()).pipe(_numbers)
    is_first_day = born.fillna("").str.endswith("-01-01").to_numpy()
    by_birth = ((years - latest > grown_age) | ((years - latest == grown_age) & is_first_day)).fillna(False)
    by_age = (ages >= grown_age).fillna(False)
    has_age, has_birth = (_has_text(survey, sheet, role) for role in _AGES)
    both = (by_age | ~has_age) & (by_birth | ~has_birth) & (has_age | has_birth)
    young = (ages < grown_age).fillna(False) | (born.notna() & ~by_birth)
    return _Ages(*(flags.to_numpy(dtype=bool) for flags in (both, young, ~has_age & ~has_birth)))


def _read(survey: Survey, sheet: Sheet, role: Role, context: Context) -> pd.Series:
    """What a column says in each row; NA where it says nothing that can be read, or a year of less than four digits."""
    field = survey.role(role)
    place = sheet.place(field.name)
    if place is None:
        return pd.Series(None, index=range(len(sheet.source.rows)), dtype="str")
    codes, texts = sheet.source.encoded(place)
    read = read_texts(survey, field, texts, context)
    values = read.values.to_pylist()
    asked = [None] * len(values) if read.questions is None else read.questions.to_pylist()
    plain = pd.Series([plain_digits(text) for text in texts.to_pylist()], dtype="str")
    sure = plain.str.contains(_FOUR_DIGITS, regex=True).tolist() if field.holds_dates else [True] * len(values)
    words = [
        value if question is None and is_sure else None
        for value, question, is_sure in zip(values, asked, sure, strict=True)
    ]
    return pd.Series(np.array([*words, None], dtype=object)[codes], dtype="str")


def _has_text(survey: Survey, sheet: Sheet, role: Role) -> pd.Series:
    """In which rows a column has more than a word for nothing, whether or not it can be read."""
    place = sheet.place(survey.role(role).name)
    if place is None:
        return pd.Series(False, index=range(len(sheet.source.rows)))
    missing = survey.codelists["missing"].by_spelling
    texts = texts_of(sheet, place)
    return texts.notna() & ~texts.fillna("").map(folded).isin(list(missing))


def _numbers(texts: pd.Series) -> pd.Series:
    return pd.to_numeric(texts, errors="coerce").astype("Float64")


def _beside_homeless(
    survey: Survey, sheet: Sheet, relation: int, grown: npt.NDArray[np.bool_]
) -> npt.NDArray[np.bool_]:
    """Which rows stand in a family, from its head to the next, of which a child's row has no house: that of a grown-up
    may say where the child lives, and stays beside it."""
    house = sheet.place(survey.role("household").name)
    if house is None:
        return grown & False
    family = np.cumsum(are_heads(sheet.source, relation))
    homeless = texts_of(sheet, house).isna().to_numpy(dtype=bool) & ~grown
    return np.isin(family, family[homeless])
