"""A first map of a file's headers, to be edited by the officer who knows the file and given with `--map`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa

from cpms_cli.checking.columns_not_read import kind_words
from cpms_cli.checking.findings import MASK
from cpms_cli.checking.mending.masking import spells_answer, to_mask
from cpms_cli.errors import NoSurveyTable
from cpms_cli.reading.cells import read_cells
from cpms_cli.reading.header.mapping import (
    FIELD,
    HEADER,
    LABEL,
    UNDECIDED,
    HeaderMap,
    Mapped,
    compared,
    leave_out,
    load_map,
)
from cpms_cli.reading.header.split_questions import distinct
from cpms_cli.reading.sheet.sheets import Matched, match_sheet
from cpms_cli.reading.sheet.unread import UnreadColumn, Why
from cpms_cli.reading.source import SourceTable
from cpms_cli.reading.tables import read_sources
from cpms_cli.survey.files.loading import load_survey
from cpms_cli.survey.messages import say
from cpms_cli.survey.model.definition import Language, Survey

MAP_COLUMNS = (HEADER, FIELD, LABEL, "match", "examples")
_EXAMPLES, _EXAMPLE_LETTERS = 3, 30
_SURE_WORDS: dict[Why, str] = {"own": "map_own", "carried": "map_own", "gathered": "map_gathered"}


def draft_map(
    path: str | Path,
    *further: str | Path,
    schemas: Path | None = None,
    encoding: str | None = None,
    language: Language = "en",
    mapping: Mapped | None = None,
) -> pd.DataFrame:
    """Every header of some files with the field it names: header, field, label, match (how sure), examples.

    `field` begins with a question mark where somebody has to decide: the header is nearly a field's, two columns claim
    one, or what is not known holds answers. It is "leave out" where `mapping`, an earlier map, says so, and blank for
    other columns that are not read. Examples are answers to questions that are not personal; any other column may hold
    names and is masked. Raises UnreadableFile, UsageError, DefinitionError.
    """
    survey = load_survey(schemas)
    chosen = load_map(mapping, survey)
    rows = [
        row
        for file in (path, *further)
        for source in _sources(Path(file), survey, encoding, chosen)
        for row in _rows(survey, match_sheet(survey, source, chosen), language, source.header, chosen)
    ]
    drafted = pd.DataFrame(rows, columns=list(MAP_COLUMNS), dtype="str")
    return drafted[~drafted[HEADER].map(compared).duplicated()].reset_index(drop=True)


def _sources(path: Path, survey: Survey, encoding: str | None, chosen: HeaderMap | None) -> list[SourceTable]:
    try:
        return read_sources(path, survey, encoding, chosen)
    except NoSurveyTable:
        # Not one header is known: then they are told from the rows by their looks, and all wait for the officer.
        return read_cells(path, encoding=encoding)


def _rows(
    survey: Survey, matched: Matched, language: Language, header: tuple[str, ...], chosen: HeaderMap | None
) -> Iterator[tuple[str, str, str, str, str]]:
    twice = {place: name for name, places in matched.match.twice.items() for place in places}
    unread = {column.index: column for column in matched.unread}
    for index, cell in enumerate(header):
        if not cell.strip():
            continue
        place = matched.folded.get(index, index)
        child, name = matched.side_by_side.children.get(place, (None, matched.match.fields.get(place)))
        if name:
            examples = MASK if survey.fields[name].personal else _examples(survey, matched, index, name)
            by_map = chosen is not None and chosen.line(cell) is not None
            sure = say("map_told" if by_map else "map_known" if child is None else "map_child", language, number=child)
            yield (
                cell,
                name if child is None else f"{name}_{child}",
                survey.fields[name].label.in_(language),
                sure,
                examples,
            )
        elif index in twice:
            label = survey.fields[twice[index]].label.in_(language)
            yield cell, UNDECIDED + twice[index], label, say("map_twice", language), MASK
        else:
            yield (cell, *_unread_line(survey, matched, unread[index], language), MASK)


def _unread_line(survey: Survey, matched: Matched, column: UnreadColumn, language: Language) -> tuple[str, str, str]:
    """Field, label and how sure, of a column that is not read."""
    if column.why == "left_out":
        return leave_out(language), "", say("map_told", language)
    if column.why == "near" and column.may_be:
        sure = say("map_near", language, percent=round(100 * matched.near[column.index].likeness))
        return UNDECIDED + column.may_be, survey.fields[column.may_be].label.in_(language), sure
    if column.holds_answers and column.looks_like:
        kind = kind_words(survey, column.looks_like, language)
        return UNDECIDED, "", say("map_answers", language, count=column.filled, kind=kind)
    if column.why == "added":
        program = matched.layout.name if matched.layout else "KoboToolbox / ODK"
        return "", "", say("map_added", language, program=program)
    return "", "", say(_SURE_WORDS.get(column.why, "map_none"), language)


def _examples(survey: Survey, matched: Matched, index: int, name: str) -> str:
    texts = [text for text in distinct(matched.source, index)[1] if text and text.strip()][:_EXAMPLES]
    if survey.fields[name].codelist or survey.fields[name].type in ("integer", "number"):
        # In a row that was moved by a column, a name may stand where an answer should.
        texts = [text if spells_answer(survey, text) else MASK for text in texts]
    # Nobody has said yet that this is the right field for the column.
    nowhere_moved = np.zeros(len(texts), dtype=np.bool_)
    of_codes = survey.fields[name].format == "cpms-id"
    hidden = to_mask(survey, np.arange(len(texts)), pa.array(texts, pa.string()), nowhere_moved, of_codes)
    texts = [MASK if hide else text for text, hide in zip(texts, hidden, strict=True)]
    return " | ".join(text[:_EXAMPLE_LETTERS] for text in texts)
