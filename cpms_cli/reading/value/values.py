"""Cells to canonical text, over the distinct texts of one column; what cannot be read stays as it was written."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from cpms_cli.reading.value.answers import Context, Texts, read_answers
from cpms_cli.reading.value.dates import Evidence
from cpms_cli.reading.value.digits import ANY_NUMBER
from cpms_cli.reading.value.spellings import places, spellings_of
from cpms_cli.survey.model.definition import Field, Survey, folded, folded_once
from cpms_cli.survey.plain_text import STRANGE, plain_text

# Printable ASCII without capital letters, spaces and a spreadsheet's signs for text at its beginning.
_TRIM_AND_FOLDED = r"^[!-&(-<>-@\[-_a-~][!-@\[-_a-~]*$"
# A spreadsheet's sign for text, which some programs write into the cell; before a letter it belongs to the name.
_TEXT_SIGN = re.compile(r"['’‘](?:[\d=+@\-]|\Z)")
_FEW = 200
_FEWER = 8  # as many texts are trimmed one by one in the time that Arrow takes to compile what it looks for
_PLAIN_NUMBER = re.compile("[0-9]{1,9}")


@dataclass(frozen=True)
class ReadTexts:
    """What the distinct texts of a column say.

    `values`: canonical text, null for blank. `questions`: the check that tells why a text was not decided, else null;
    None where no text of the column leaves a question. `evidence` says how the column was read, where that is not the
    plain case.
    """

    values: pa.Array
    questions: pa.Array | None = None
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True)
class Cleaned:
    """The same as pandas columns, indexed as the texts: NA for a blank value and for no question."""

    values: pd.Series
    questions: pd.Series
    evidence: tuple[Evidence, ...] = ()


def clean(survey: Survey, field: Field, texts: pd.Series, context: Context | None = None) -> Cleaned:
    """Return the canonical text of each distinct text written in a field's column, indexed as `texts`."""
    read = read_texts(survey, field, pa.array(texts, pa.string(), from_pandas=True), context)
    values = pd.Series(read.values.to_pandas(), dtype="str").set_axis(texts.index)
    if read.questions is None:
        return Cleaned(values, pd.Series(None, index=texts.index, dtype="str"), read.evidence)
    questions = pd.Series(read.questions.to_pandas(), dtype="str").set_axis(texts.index)
    return Cleaned(values, questions, read.evidence)


def read_texts(survey: Survey, field: Field, texts: pa.Array, context: Context | None = None) -> ReadTexts:
    """Return what each distinct text written in a field's column says, in the order of `texts`."""
    if len(texts) > _FEW:
        return _read_many(survey, field, texts, context)
    words = texts.to_pylist()
    if (known := _read_at_once(survey, field, words)) is not None:
        return ReadTexts(pa.array(known, pa.string()))
    if not _keeps_digits(field):
        return _as_arrow(_read(survey, field, words, context))
    missing = survey.codelists["missing"].by_spelling
    is_odd = [not (word.isascii() and word.isdigit()) or word in missing for word in words]
    if all(is_odd):
        return _as_arrow(_read(survey, field, words, context))
    others = [word for word, odd in zip(words, is_odd, strict=True) if odd]
    return _put_back(texts, pa.array(is_odd), _read(survey, field, others, context))


def _read_many(survey: Survey, field: Field, texts: pa.Array, context: Context | None) -> ReadTexts:
    """Return what many texts say; the plain ones are decided at once."""
    if (coded := _coded_at_once(survey, field, texts)) is not None:
        return ReadTexts(coded)
    plain = _is_plain(survey, field, texts)
    if not pc.any(plain, min_count=0).as_py():
        return _as_arrow(_read(survey, field, texts.to_pylist(), context))
    odd = pc.invert(plain)
    return _put_back(texts, odd, _read(survey, field, texts.filter(odd).to_pylist(), context))


def _read(survey: Survey, field: Field, words: Sequence[str], context: Context | None) -> Texts:
    if not words:
        return Texts([])
    trimmed = _trimmed(words)
    spelt = [folded_once(text) for text in trimmed] if len(trimmed) <= _FEW else [folded(text) for text in trimmed]
    return read_answers(survey, field, trimmed, spelt, context or Context())


def _as_arrow(read: Texts) -> ReadTexts:
    questions = None if read.questions is None else pa.array(read.questions, pa.string())
    return ReadTexts(pa.array(read.values, pa.string()), questions, read.evidence)


def _put_back(texts: pa.Array, odd: pa.Array, others: Texts) -> ReadTexts:
    """Return the texts with what was read of the odd ones in their places."""
    read = _as_arrow(others)
    questions = read.questions
    if questions is not None:
        questions = pc.replace_with_mask(pa.nulls(len(texts), pa.string()), odd, questions)
    return ReadTexts(pc.replace_with_mask(texts, odd, read.values), questions, read.evidence)


def _read_at_once(survey: Survey, field: Field, words: Sequence[str]) -> list[str] | None:
    """Return what every text says, where each is a known spelling or a plain number; None where one is neither.

    Most columns of most files are so, and a few words are looked up faster one by one than by whole columns.
    """
    if field.many or field.type not in ("string", "integer"):
        return None
    read: list[str] = []
    if field.codelist is not None:
        spellings = survey.codelists[field.codelist].by_spelling
        for word in words:
            code = spellings.get(folded_once(word))
            if code is None:
                return None
            read.append(code)
        return read
    if field.type != "integer":
        return None
    for word in words:
        if not _PLAIN_NUMBER.fullmatch(word):
            return None
        read.append(str(int(word)))
    return read


def _coded_at_once(survey: Survey, field: Field, texts: pa.Array) -> pa.Array | None:
    """Return the answers of a column with one code a cell; None where a number in it may be a question."""
    if field.codelist is None or field.many:
        return None
    known = spellings_of(survey, field.codelist)
    trimmed, spelt = _trimmed_and_folded(texts)
    code_places = places(spelt, known)
    unread = pc.invert(pc.fill_null(pa.array(known.own).take(code_places), False))
    if pc.any(pc.and_(unread, pc.match_substring_regex(spelt, ANY_NUMBER)), min_count=0).as_py():
        return None
    read = pc.if_else(pc.is_null(code_places), trimmed, known.values.take(code_places))
    return pc.if_else(pc.equal(trimmed, ""), pa.scalar(None, pa.string()), read)


def _trimmed_and_folded(texts: pa.Array) -> tuple[pa.Array, pa.Array]:
    """The texts without what is around them, and as spellings are compared; most are so as they stand."""
    strange = pc.invert(pc.match_substring_regex(texts, _TRIM_AND_FOLDED))
    others = texts.filter(strange)
    if not len(others):
        return texts, texts
    trimmed = _trimmed(others.to_pylist())
    whole = pc.replace_with_mask(texts, strange, pa.array(trimmed, pa.string()))
    return whole, pc.replace_with_mask(texts, strange, pa.array([folded(text) for text in trimmed], pa.string()))


def _keeps_digits(field: Field) -> bool:
    """Whether digits in the field's column are canonical as they stand: codes or numbers that are kept as text."""
    return field.codelist is None and field.type == "string" and field.format != "partial-date"


def _is_plain(survey: Survey, field: Field, texts: pa.Array) -> pa.Array:
    """Return which texts are canonical as they stand.

    Identifiers are the one kind of column with as many distinct texts as rows, and nearly all of them are plain.
    """
    if not _keeps_digits(field):
        return pa.array(np.zeros(len(texts), dtype=bool))
    missing = pa.array(list(survey.codelists["missing"].by_spelling), pa.string())
    plain = pc.and_(pc.match_substring_regex(texts, "^[0-9]+$"), pc.invert(pc.is_in(texts, value_set=missing)))
    return pc.fill_null(plain, False)


def _trimmed(words: Sequence[str]) -> list[str]:
    plain = _plain_words(words)
    return [text[1:] if _TEXT_SIGN.match(text) else text for text in plain]


def _plain_words(words: Sequence[str]) -> list[str]:
    """Return each text as `plain_text` keeps it; of many, few have anything to mend."""
    if len(words) <= _FEWER:
        return [plain_text(word) for word in words]
    strange = _strange(pa.array(words, pa.string())).to_pylist()
    return [plain_text(word) if odd else word for word, odd in zip(words, strange, strict=True)]


def _strange(array: pa.Array) -> pa.Array:
    strange = pc.match_substring_regex(array, STRANGE)
    if not pc.all(pc.string_is_ascii(array)).as_py():
        strange = pc.or_(strange, pc.not_equal(pc.utf8_normalize(array, "NFC"), array))
    return strange


def plain_texts(texts: pd.Series) -> pd.Series:
    """Return each text as `plain_text` keeps it; few have anything to mend."""
    strange = _strange(pa.array(texts, pa.string(), from_pandas=True)).fill_null(False).to_numpy(zero_copy_only=False)
    return texts.mask(strange, texts[strange].map(plain_text)) if strange.any() else texts
