"""A first map of a file's headers, to be edited by the officer who knows the file and given with `--map`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa

from cpms_cli.checking.findings import MASK
from cpms_cli.checking.masking import spells_answer, to_mask
from cpms_cli.errors import NoSurveyTable
from cpms_cli.reading.cells import read_cells
from cpms_cli.reading.choices import distinct
from cpms_cli.reading.mapping import FIELD, HEADER, LABEL, UNDECIDED, compared
from cpms_cli.reading.sheets import Matched, match_sheet
from cpms_cli.reading.tables import read_sources
from cpms_cli.survey.definition import Language, Survey
from cpms_cli.survey.loading import load_survey
from cpms_cli.survey.messages import say

MAP_COLUMNS = (HEADER, FIELD, LABEL, "match", "examples")
_EXAMPLES, _EXAMPLE_LETTERS = 3, 30


def draft_map(
    path: str | Path, *, schemas: Path | None = None, encoding: str | None = None, language: Language = "en"
) -> pd.DataFrame:
    """Every header of a file with the field it names: header, field, label, match (how sure), examples.

    `field` begins with a question mark where somebody has to decide: the header is nearly a field's, or two columns
    claim one. It is blank for columns that will be left out. Examples are answers to questions that are not personal;
    any other column may hold names and is masked. Raises UnreadableFile, DefinitionError.
    """
    survey = load_survey(schemas)
    try:
        sources = read_sources(Path(path), survey, encoding)
    except NoSurveyTable:
        # Not one header is known: then they are told from the rows by their looks, and all wait for the officer.
        sources = read_cells(path, encoding=encoding)
    rows = [row for source in sources for row in _rows(survey, match_sheet(survey, source), language, source.header)]
    drafted = pd.DataFrame(rows, columns=list(MAP_COLUMNS), dtype="str")
    return drafted[~drafted[HEADER].map(compared).duplicated()].reset_index(drop=True)


def _rows(
    survey: Survey, found: Matched, language: Language, header: tuple[str, ...]
) -> Iterator[tuple[str, str, str, str, str]]:
    twice = {place: name for name, places in found.match.twice.items() for place in places}
    for index, cell in enumerate(header):
        if not cell.strip():
            continue
        name = found.match.fields.get(found.folded.get(index, index))
        near, claimed = found.near.get(index), twice.get(index)
        if name:
            examples = MASK if survey.fields[name].personal else _examples(survey, found, index, name)
            yield cell, name, survey.fields[name].label.in_(language), say("map_known", language), examples
        elif claimed or near:
            field = claimed or (near.field if near else "")
            sure = say("map_near", language, percent=round(100 * near.likeness)) if near else say("map_twice", language)
            yield cell, UNDECIDED + field, survey.fields[field].label.in_(language), sure, MASK
        elif found.layout and found.layout.owns(cell):
            yield cell, "", "", say("map_added", language, program=found.layout.name), MASK
        else:
            yield cell, "", "", say("map_none", language), MASK


def _examples(survey: Survey, found: Matched, index: int, name: str) -> str:
    texts = [text for text in distinct(found.source, index)[1] if text and text.strip()][:_EXAMPLES]
    if survey.fields[name].codelist or survey.fields[name].type == "integer":
        # In a row that was moved by a column, a name may stand where an answer should.
        texts = [text if spells_answer(survey, text) else MASK for text in texts]
    # Nobody has said yet that this is the right field for the column.
    nowhere_moved = np.zeros(len(texts), dtype=np.bool_)
    of_codes = survey.fields[name].format == "cpms-id"
    hidden = to_mask(survey, np.arange(len(texts)), pa.array(texts, pa.string()), nowhere_moved, of_codes)
    texts = [MASK if hide else text for text, hide in zip(texts, hidden, strict=True)]
    return " | ".join(text[:_EXAMPLE_LETTERS] for text in texts)
