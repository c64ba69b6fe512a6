"""Cells to canonical text, over the distinct texts of one column; what cannot be read stays as it was written."""

from __future__ import annotations

import re
from dataclasses import dataclass

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from cpms_cli.reading.value.ages import completed_years
from cpms_cli.reading.value.dates import Bounds, Evidence, parse_dates
from cpms_cli.reading.value.digits import ANY_NUMBER, ascii_digits, ascii_signs, whole_numbers
from cpms_cli.reading.value.personal_names import without_titles
from cpms_cli.reading.value.spellings import places, spellings_of
from cpms_cli.survey.era import SHORT_BUDDHIST_FROM, christian_year, era_of
from cpms_cli.survey.model.definition import CodeList, Field, Survey, folded
from cpms_cli.survey.plain_text import STRANGE, plain_text

# Printable ASCII without capital letters, spaces and a spreadsheet's signs for text at its beginning.
_TRIM_AND_FOLDED = r"^[!-&(-<>-@\[-_a-~][!-@\[-_a-~]*$"
_SPLIT = re.compile(r"[;,/|\n]")
# A spreadsheet's sign for text, which some programs write into the cell; before a letter it belongs to the name.
_TEXT_SIGN = r"^['’‘](?:[\p{Nd}=+@\-]|$)"
# A child of the survey is under 18; who was written down by mistake may be somewhat older.
_OLDEST = 25
# In a text that may be anything, as a house number, 12.0 is a number that a program wrote, and 12E3 is none.
_NUMBER_OF_A_PROGRAM = r"^[0-9]+\.0+$|^[0-9]\.[0-9]+[eE]\+[0-9]+$"
_FEW = 200
_PLAIN_NUMBER = re.compile("[0-9]{1,9}")
NAMES = ("given_name", "family_name", "nickname", "mother")
ERA, NUMBER_CODES = "era", "number_codes"


@dataclass(frozen=True)
class Context:
    """What the rest of the sheet says about a column: the rounds in it, and the workbook's date system."""

    rounds: tuple[int, ...] = ()
    date_system: str = "1900"

    def bounds(self, field: Field) -> Bounds:
        """The years in which a date of this field can lie."""
        if not self.rounds or field.role not in ("born", "visited"):
            return Bounds()
        first, last = min(self.rounds), max(self.rounds) + 1
        return Bounds(first - _OLDEST if field.role == "born" else first, last)


@dataclass(frozen=True)
class Cleaned:
    """`values`: canonical text, NA for blank. `questions`: the check that tells why a text was not decided, else NA.

    `evidence` says how the column was read, where that is not the plain case.
    """

    values: pd.Series
    questions: pd.Series
    evidence: tuple[Evidence, ...] = ()


def clean(survey: Survey, field: Field, texts: pd.Series, context: Context | None = None) -> Cleaned:
    """The canonical text of each distinct text written in a field's column."""
    told = context or Context()
    if (read := _read_at_once(survey, field, texts)) is not None:
        return Cleaned(pd.Series(read, index=texts.index, dtype="str"), _no_questions(texts))
    if (coded := _coded_at_once(survey, field, texts)) is not None:
        return Cleaned(coded, _no_questions(texts))
    plain = _is_plain(survey, field, texts)
    if not plain.any():
        return _clean(survey, field, texts, told)
    others = _clean(survey, field, texts[~plain], told)
    values, questions = texts.copy(), _no_questions(texts)
    values[~plain], questions[~plain] = others.values, others.questions
    return Cleaned(values, questions, others.evidence)


def _read_at_once(survey: Survey, field: Field, texts: pd.Series) -> list[str] | None:
    """What every text says, where each is a known spelling or a plain number; None where one of them is neither.

    Most columns of most files are so, and a few words are looked up faster one by one than by whole columns.
    """
    if len(texts) > _FEW or field.many or field.type not in ("string", "integer"):
        return None
    if field.codelist is not None:
        known = survey.codelists[field.codelist].by_spelling
        read = [known.get(folded(text)) for text in texts]
    elif field.type == "integer":
        read = [str(int(text)) if _PLAIN_NUMBER.fullmatch(text) else None for text in texts]
    else:
        return None
    return None if None in read else [text for text in read if text is not None]


def _coded_at_once(survey: Survey, field: Field, texts: pd.Series) -> pd.Series | None:
    """The answers of a column with one code a cell; None where a number in it is no spelling, and may be a question."""
    if field.codelist is None or field.many:
        return None
    known = spellings_of(survey, field.codelist)
    trimmed, spelt = _trimmed_and_folded(pa.array(texts, pa.string(), from_pandas=True))
    found = places(spelt, known)
    unread = pc.invert(pc.fill_null(pa.array(known.own).take(found), False))
    if pc.any(pc.and_(unread, pc.match_substring_regex(spelt, ANY_NUMBER)), min_count=0).as_py():
        return None
    read = pc.if_else(pc.is_null(found), trimmed, known.values.take(found))
    blank = pc.equal(trimmed, "")
    return pd.Series(pc.if_else(blank, None, read), index=texts.index, dtype="str")


def _trimmed_and_folded(texts: pa.Array) -> tuple[pa.Array, pa.Array]:
    """The texts without what is around them, and as spellings are compared; most are so as they stand."""
    strange = pc.invert(pc.match_substring_regex(texts, _TRIM_AND_FOLDED))
    others = texts.filter(strange)
    if not len(others):
        return texts, texts
    trimmed = _trimmed(pd.Series(others, dtype="str"))
    as_compared = pa.array(trimmed.map(folded).to_list(), pa.string())
    whole = pc.replace_with_mask(texts, strange, pa.array(trimmed.to_list(), pa.string()))
    return whole, pc.replace_with_mask(texts, strange, as_compared)


def _no_questions(texts: pd.Series) -> pd.Series:
    return pd.Series(None, index=texts.index, dtype="str")


def _is_plain(survey: Survey, field: Field, texts: pd.Series) -> pd.Series:
    """Which texts are canonical as they stand: digits in a column of codes or numbers that are kept as text.

    Identifiers are the one kind of column with as many distinct texts as rows, and nearly all of them are plain.
    """
    if field.codelist is not None or field.type != "string" or field.format == "partial-date":
        return pd.Series(False, index=texts.index)
    return texts.str.fullmatch("[0-9]+") & ~texts.isin(list(survey.codelists["missing"].by_spelling))


def _clean(survey: Survey, field: Field, texts: pd.Series, context: Context) -> Cleaned:
    trimmed = _trimmed(texts)
    spelt = trimmed.map(folded)
    reason = _reasons(survey, field, trimmed, spelt)
    answers, questions, evidence = _answers(survey, field, trimmed, spelt, context)
    values = answers.where(answers.notna(), reason).where(answers.notna() | reason.notna(), trimmed)
    if field.codelist is None:
        values = values.where(reason.isna(), reason)
        questions = questions.mask(reason.notna(), None)
    blank = {entry.code for entry in survey.codelists["missing"].codes if entry.missing == "blank"}
    if field.constraints.required and field.codelist is None:
        blank |= set(survey.missing_words)  # what tells a row from others cannot be "don't know"
    values = values.mask(values.isin(blank) & reason.notna() | (trimmed == ""), None).astype("str")
    return Cleaned(values, questions, evidence)


def _reasons(survey: Survey, field: Field, trimmed: pd.Series, spelt: pd.Series) -> pd.Series:
    """The reason for no answer that each text tells, NA for none. A word that may be a name is one where names stand.

    Nan, Na and Nat are names; a program that has no value writes nan, NA and NaT, and is believed unless the column's
    other names are written in the same case throughout.
    """
    missing = survey.codelists["missing"]
    reasons = _by_spelling(spelt, missing)
    if field.role not in NAMES or not (doubtful := spelt.isin(list(missing.cased)) & reasons.notna()).any():
        return reasons
    others = trimmed[reasons.isna()]
    cases = [case for case in (str.isupper, str.islower) if len(others) and others.map(case).all()]
    written = trimmed.map(lambda text: text in missing.cased_spellings and not any(case(text) for case in cases))
    return reasons.mask(doubtful & ~written.astype(bool), None)


def _answers(
    survey: Survey, field: Field, trimmed: pd.Series, spelt: pd.Series, context: Context
) -> tuple[pd.Series, pd.Series, tuple[Evidence, ...]]:
    """What each text says (NA where it says nothing of the kind), the questions it leaves, and the evidence."""
    codes, questions = survey.codes(field), _no_questions(trimmed)
    partial = field.format == "partial-date"
    if field.type == "date" or partial:
        return parse_dates(trimmed, partial, context.bounds(field), context.date_system)
    if codes is not None and not field.many:
        answers, questions = _coded(spelt, codes)
    elif field.type == "year":
        answers, questions = _year(trimmed)
    elif codes is not None:
        answers = _many(trimmed, survey, field, codes)
    else:
        answers = _number(trimmed, field.role == "age") if field.type == "integer" else _text(survey, field, trimmed)
    return answers, questions, ()


def _text(survey: Survey, field: Field, trimmed: pd.Series) -> pd.Series:
    if field.titled:
        return without_titles(survey, trimmed)
    return trimmed if field.personal and field.format is None else _identifier(field, trimmed)


def _trimmed(texts: pd.Series) -> pd.Series:
    plain = plain_texts(texts)
    signed = plain.str.contains(_TEXT_SIGN, regex=True).fillna(False).astype(bool)
    return plain.mask(signed, plain[signed].str.slice(1)) if signed.any() else plain


def plain_texts(texts: pd.Series) -> pd.Series:
    """Each text as `plain_text` keeps it; few have anything to mend."""
    array = pa.array(texts, pa.string(), from_pandas=True)
    strange = pc.match_substring_regex(array, STRANGE)
    if not pc.all(pc.string_is_ascii(array)).as_py():
        strange = pc.or_(strange, pc.not_equal(pc.utf8_normalize(array, "NFC"), array))
    found = strange.fill_null(False).to_numpy(zero_copy_only=False)
    return texts.mask(found, texts[found].map(plain_text)) if found.any() else texts


def _by_spelling(spelt: pd.Series, codes: CodeList) -> pd.Series:
    return spelt.map(codes.by_spelling).astype("str")


def _coded(spelt: pd.Series, codes: CodeList) -> tuple[pd.Series, pd.Series]:
    """Answers by their spelling; and the question what numbers mean where one of them is no spelling.

    1 may be yes beside 0; beside 2, some forms have 1 for yes and others for no.
    """
    answers, questions = _by_spelling(spelt, codes), _no_questions(spelt)
    plain = whole_numbers(spelt)
    numbers = plain.str.fullmatch("-?[0-9]+")
    if (numbers & answers.isna()).any():
        answers = answers.where(answers.notna(), _by_spelling(plain.str.replace("^0+(?=[0-9])", "", regex=True), codes))
    unread = (numbers & answers.isna()).any() and not plain.str.fullmatch("0+").any()
    if not unread or not any(word.isdecimal() for word in codes.by_spelling):
        return answers, questions
    return answers.mask(numbers, None), questions.mask(numbers, NUMBER_CODES)


def _identifier(field: Field, trimmed: pd.Series) -> pd.Series:
    """Text that is no name: digits of any script as 0-9; where it has a form, without spaces and dashes as well.

    Programs that hold the column as numbers write 85010101.0, 8.5010101E+07 or 85,010,101.
    """
    plain = ascii_digits(trimmed)
    formed = field.format is not None or field.constraints.pattern is not None
    if formed:
        return whole_numbers(ascii_signs(plain)).str.replace(r"[\s\-]", "", regex=True).str.upper()
    numbers = plain.str.contains(_NUMBER_OF_A_PROGRAM, regex=True)
    return plain.mask(numbers, whole_numbers(plain[numbers])) if numbers.any() else plain


def _many(texts: pd.Series, survey: Survey, field: Field, codes: CodeList) -> pd.Series:
    spelt = {**survey.codelists["missing"].by_spelling, **codes.by_spelling}
    missing = survey.missing_codes(field)
    alone = {entry.code for entry in codes.codes if entry.missing == "exclusive"}

    def read(text: str) -> str | None:
        found = {spelt.get(folded(part)) for part in _SPLIT.split(text) if part.strip()}
        if not found or None in found:
            return None
        if found & set(missing):
            # "None, don't know" is not a no: what was not known outweighs what stands alone.
            found = (found - set(missing) - alone) or (found & set(missing))
        return ";".join(code for code in dict.fromkeys((*codes.by_code, *missing)) if code in found)

    whole = texts.map(folded).map(spelt)
    read_parts = texts.map(read, na_action="ignore")
    return read_parts.where(read_parts.notna(), whole).astype("str")


def _digits_only(texts: pd.Series) -> pd.Series:
    plain = ascii_signs(texts).str.replace(r"\s*(?:ปี|years?|yrs?|คน|ครั้ง|ชั่วโมง|ชม\.?|hours?)$", "", regex=True)
    return whole_numbers(plain)


def _number(texts: pd.Series, is_age: bool) -> pd.Series:
    plain = _digits_only(texts)
    whole = plain.str.fullmatch(r"-?[0-9]{1,9}")
    numbers = pd.to_numeric(plain.where(whole), errors="coerce").astype("Int64").astype("string").astype("str")
    if not is_age or whole.all():
        return numbers
    ages = ascii_signs(texts[~whole]).map(completed_years).astype("str")
    return numbers.where(whole, ages.reindex(numbers.index))


def _year(texts: pd.Series) -> tuple[pd.Series, pd.Series]:
    """Years of either era as Christian ones, and the question of which era two digits are."""
    plain = _digits_only(texts).str.replace(r"^(?:ปี)?\s*(?:พ\.?\s*ศ\.?|ค\.?\s*ศ\.?)?\s*", "", regex=True)
    written = {text: int(text) for text in plain.unique() if re.fullmatch(r"[0-9]{2}|[0-9]{4}", text)}
    era = {text: "buddhist" if SHORT_BUDDHIST_FROM <= year < 100 else era_of(year) for text, year in written.items()}
    years = {text: str(christian_year(written[text], told)) for text, told in era.items() if told}
    short = {text for text, year in written.items() if year < SHORT_BUDDHIST_FROM}
    return plain.map(years).astype("str"), _no_questions(texts).mask(plain.isin(short), ERA)
