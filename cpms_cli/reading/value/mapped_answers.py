"""Answers that a map of the office gives a meaning to."""

from __future__ import annotations

from collections.abc import Mapping

import pyarrow as pa

from cpms_cli.reading.value.answers import answers_within
from cpms_cli.survey.model.definition import Field, Survey, folded
from cpms_cli.survey.speech.numbered_words import split_number


def with_meanings(survey: Survey, field: Field, texts: pa.Array, meanings: Mapping[str, str]) -> pa.Array:
    """Return the texts of a column, those with a meaning in a map as their code; of several answers in a cell, each."""
    known = survey.spellings(field)

    def read(text: str) -> str:
        if folded(text) in meanings or folded(text) in known or not field.many:
            return meanings.get(folded(text), text)
        parts = {folded(part): part for part in answers_within(text)}
        is_read = all(part in meanings or split_number(part)[1] in known for part in parts)
        return ";".join(meanings.get(word, part) for word, part in parts.items()) if is_read else text

    return pa.array(list(map(read, texts.to_pylist())), pa.string())
