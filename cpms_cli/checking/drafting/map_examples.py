"""Cells shown beside the headers of a map, so that who answers it sees what the columns hold."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pyarrow as pa

from cpms_cli.checking.findings import MASK
from cpms_cli.checking.masking import spells_answer, to_mask
from cpms_cli.checking.proposing.answer_proposals import propose_answer
from cpms_cli.reading.header.choices.split_questions import distinct
from cpms_cli.reading.header.mapping import HeaderMap
from cpms_cli.reading.sheet.grown_ups import relation_column
from cpms_cli.reading.sheet.sheets import Matched
from cpms_cli.survey.model.definition import Language, Survey, folded

_EXAMPLES, _EXAMPLE_LETTERS = 3, 30


@dataclass(frozen=True)
class DraftedSheet:
    """A sheet whose map is drafted: `chosen` is an earlier map, `begun` one that is half answered."""

    survey: Survey
    matched: Matched
    language: Language
    chosen: HeaderMap | None
    identified: bool
    begun: HeaderMap | None = None

    @cached_property
    def relation(self) -> int | None:
        """The place of the column that says who each person is to the head of the house; no child's answer."""
        return relation_column(self.matched.source)


def show_guessed_cells(sheet: DraftedSheet, index: int, name: str) -> str:
    """As `show_cells`, of a column that may be this field: names and days may be anybody's."""
    field = sheet.survey.fields[name]
    shown = sheet.identified or field.codelist or field.type in ("integer", "number", "year")
    return show_cells(sheet, index, name if shown else None)


def show_answers(sheet: DraftedSheet, index: int) -> str:
    """Three cells of a column that holds answers to nobody knows which question: what is no answer is masked."""
    if sheet.identified:
        return show_cells(sheet, index, None)
    texts = [text for text in distinct(sheet.matched.source, index)[1] if text and text.strip()]
    answers = [text for text in texts if folded(text) in sheet.survey.answer_spellings]
    return " | ".join(text[:_EXAMPLE_LETTERS] for text in answers[:_EXAMPLES]) or MASK


def show_cells(sheet: DraftedSheet, index: int, name: str | None) -> str:
    """Three cells of a column, masked unless they can be shown; `name` is the field that it is or may be."""
    survey = sheet.survey
    if index in sheet.matched.folded:
        return ""  # its cells were put together with those of other columns
    texts = [text for text in distinct(sheet.matched.source, index)[1] if text and text.strip()][:_EXAMPLES]
    if sheet.identified:
        return " | ".join(text[:_EXAMPLE_LETTERS] for text in texts)
    if name is None or survey.fields[name].personal:
        return MASK
    if survey.fields[name].codelist or survey.fields[name].type in ("integer", "number"):
        # In a row that was moved by a column, a name may stand where an answer should.
        known = {
            text for text in texts if spells_answer(survey, text) or propose_answer(survey, survey.fields[name], text)
        }
        texts = [text if text in known else MASK for text in texts]
    # Nobody has said yet that this is the right field for the column.
    nowhere_moved = np.zeros(len(texts), dtype=np.bool_)
    of_codes = survey.fields[name].format == "cpms-id"
    hidden = to_mask(survey, np.arange(len(texts)), pa.array(texts, pa.string()), nowhere_moved, of_codes)
    texts = [MASK if hide else text for text, hide in zip(texts, hidden, strict=True)]
    return " | ".join(text[:_EXAMPLE_LETTERS] for text in texts)
