"""What the texts of one column say, each text read by the kind of its field.

The texts are trimmed already, as `plain_text` keeps them; beside each stands its spelling, as `folded` compares it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from cpms_cli.reading.value.ages import completed_years
from cpms_cli.reading.value.dates import Bounds, Evidence, read_dates
from cpms_cli.reading.value.digits import decimal_number, whole_number
from cpms_cli.reading.value.numbered_answers import words_of_numbered
from cpms_cli.reading.value.personal_names import without_title
from cpms_cli.survey.era import SHORT_BUDDHIST_FROM, Era, christian_year, era_of
from cpms_cli.survey.model.definition import CodeList, Field, Survey, folded
from cpms_cli.survey.plain_text import plain_digits, plain_signs
from cpms_cli.survey.rules.typed_answers import adult_age

NAMES = ("given_name", "family_name", "nickname", "mother")
ERA, NUMBER_CODES = "era", "number_codes"
# In years: who was written down by mistake may be so much older than a child of the survey.
_OLDER = 7
# In a text that may be anything, as a house number, 12.0 is a number that a program wrote, and 12E3 is none.
_NUMBER_OF_A_PROGRAM = re.compile(r"[0-9]+\.0+|[0-9]\.[0-9]+[eE]\+[0-9]+")
BETWEEN_ANSWERS = re.compile(r"[;,/|\n]")
"""What separates several answers in one cell."""
_BEFORE_NUMBERED = re.compile(r"(?<=\S)\s+(?=(?:[(\[]\s*)?[0-9๐-๙]{1,2}\s*[.)\]]\s*[^\W\d])")
_UNIT = re.compile(r"\s*(?:ปี|years?|yrs?|คน|ครั้ง|ชั่วโมง|ชม\.?|hours?)$")
_WHOLE, _ZEROS, _ZEROS_BEFORE = re.compile("-?[0-9]+"), re.compile("0+"), re.compile("^0+(?=[0-9])")
_ZEROS_BEHIND_COMMA = re.compile("(?<=[0-9]),00?$")
_COUNT, _YEAR = re.compile("-?[0-9]{1,9}"), re.compile("[0-9]{2}|[0-9]{4}")
_BEFORE_YEAR = re.compile(r"^(?:ปี)?\s*(?:พ\.?\s*ศ\.?|ค\.?\s*ศ\.?)?\s*")
# Words first: 1/2 is no class, and 1 may be yes.
_ROOM = re.compile(r"([^\W\d].*[0-9๐-๙])\s*/\s*[0-9๐-๙]{1,2}")
_SPACE_OR_DASH = re.compile(r"[\s\-]")

Answers = list[str | None]


@dataclass(frozen=True)
class Context:
    """What is known of a column beside its texts: the rounds in its sheet, the workbook's date system, the codes that
    texts (folded) have by a map, and of which era its years of two digits are, where a map says it."""

    rounds: tuple[int, ...] = ()
    date_system: str = "1900"
    meanings: Mapping[str, str] = field(default_factory=dict)
    short_era: Era | None = None

    def bounds(self, survey: Survey, field: Field) -> Bounds:
        """The years in which a date of this field can lie."""
        if not self.rounds or field.role not in ("born", "visited"):
            return Bounds()
        first, last = min(self.rounds), max(self.rounds) + 1
        return Bounds(first - adult_age(survey) - _OLDER if field.role == "born" else first, last)


@dataclass(frozen=True)
class Texts:
    """What some texts say, in their order: None for blank; `questions` is None where no text leaves one."""

    values: Answers
    questions: Answers | None = None
    evidence: tuple[Evidence, ...] = ()


def read_answers(survey: Survey, field: Field, trimmed: Sequence[str], spelt: Sequence[str], context: Context) -> Texts:
    """Return the canonical text of each text: its answer, else the reason for having none, else as it was written."""
    if field.codelist is not None and not field.many:
        spelt = words_of_numbered(spelt, {**survey.codelists["missing"].by_spelling, **_spellings(survey, field)})
    reasons = _reasons(survey, field, trimmed, spelt)
    read = _answers(survey, field, trimmed, spelt, context)
    answers, questions = read.values, read.questions
    if field.codelist is None:
        answers = [reason or answer for answer, reason in zip(answers, reasons, strict=True)]
        if questions is not None:
            questions = [None if reason else asked for asked, reason in zip(questions, reasons, strict=True)]
    blank = _blank_codes(survey)
    if field.constraints.required and field.codelist is None:
        blank |= set(survey.missing_words)  # what tells a row from others cannot be "don't know"
    values: Answers = []
    for text, answer, reason in zip(trimmed, answers, reasons, strict=True):
        value = answer if answer is not None else reason if reason is not None else text
        values.append(None if not text or (reason is not None and value in blank) else value)
    return Texts(values, questions if questions and any(questions) else None, read.evidence)


def _spellings(survey: Survey, field: Field) -> Mapping[str, str]:
    codes = survey.codes(field)
    return codes.by_spelling if codes else {}


@lru_cache(maxsize=8)
def _blank_codes(survey: Survey) -> frozenset[str]:
    return frozenset(entry.code for entry in survey.codelists["missing"].codes if entry.missing == "blank")


def _reasons(survey: Survey, field: Field, trimmed: Sequence[str], spelt: Sequence[str]) -> Answers:
    """Return the reason for no answer that each text tells. A word that may be a name is one where names stand.

    Nan, Na and Nat are names; a program that has no value writes nan, NA and NaT, and is believed unless the column's
    other names are written in the same case throughout.
    """
    missing = survey.codelists["missing"]
    reasons: Answers = [missing.by_spelling.get(word) for word in spelt]
    if field.role not in NAMES or not any(word in missing.cased for word in spelt):
        return reasons
    others = [text for text, reason in zip(trimmed, reasons, strict=True) if reason is None]
    cases = [case for case in (str.isupper, str.islower) if others and all(map(case, others))]
    return [
        None
        if word in missing.cased and (text not in missing.cased_spellings or any(case(text) for case in cases))
        else reason
        for text, word, reason in zip(trimmed, spelt, reasons, strict=True)
    ]


def _answers(survey: Survey, field: Field, trimmed: Sequence[str], spelt: Sequence[str], context: Context) -> Texts:
    """Return what each text says (None where it says nothing of the kind), the questions it leaves, the evidence."""
    codes = survey.codes(field)
    partial = field.format == "partial-date"
    if field.holds_dates:
        return Texts(
            *read_dates(trimmed, partial, context.bounds(survey, field), context.date_system, context.short_era)
        )
    if codes is not None and not field.many:
        return _coded(spelt, codes)
    if field.type == "year":
        return _years(trimmed)
    if codes is not None:
        return Texts(_many(trimmed, spelt, survey, field, codes))
    if field.type in ("integer", "number"):
        return Texts(_numbers(field, trimmed))
    return Texts(_free_texts(survey, field, trimmed))


def _free_texts(survey: Survey, field: Field, trimmed: Sequence[str]) -> Answers:
    """Return names without their title, other personal texts as they are, and identifiers in one form."""
    if field.titled:
        return [without_title(survey, text) for text in trimmed]
    if field.personal and field.format is None:
        return list(trimmed)
    formed = field.format is not None or field.constraints.pattern is not None
    return [_identifier(text, formed) for text in trimmed]


def _coded(spelt: Sequence[str], codes: CodeList) -> Texts:
    """Return answers by their spelling; and the question what numbers mean where one of them is no spelling.

    1 may be yes beside 0; beside 2, some forms have 1 for yes and others for no.
    """
    known = codes.by_spelling
    answers: Answers = [known.get(word) or _of_class(word, known) for word in spelt]
    plain = [whole_number(word) for word in spelt]
    is_number = [_WHOLE.fullmatch(word) is not None for word in plain]
    if not any(number and answer is None for number, answer in zip(is_number, answers, strict=True)):
        return Texts(answers)
    answers = [
        known.get(_ZEROS_BEFORE.sub("", word)) if answer is None else answer
        for word, answer in zip(plain, answers, strict=True)
    ]
    unread = any(number and answer is None for number, answer in zip(is_number, answers, strict=True))
    if not unread or any(map(_ZEROS.fullmatch, plain)) or not any(word.isdecimal() for word in known):
        return Texts(answers)
    answers = [None if number else answer for number, answer in zip(is_number, answers, strict=True)]
    return Texts(answers, [NUMBER_CODES if number else None for number in is_number])


def _of_class(word: str, known: Mapping[str, str]) -> str | None:
    """Return the answer that a class of a school is, written with the number of its room: "ป.3/2" is "ป.3"."""
    room = _ROOM.fullmatch(word)
    return known.get(room[1].strip()) if room else None


def _identifier(text: str, formed: bool) -> str:
    """Return text that is no name: digits of any script as 0-9; where it has a form, without spaces and dashes.

    Programs that hold the column as numbers write 85010101.0, 8.5010101E+07 or 85,010,101.
    """
    plain = plain_digits(text)
    if formed:
        return _SPACE_OR_DASH.sub("", whole_number(plain_signs(plain))).upper()
    return whole_number(plain) if _NUMBER_OF_A_PROGRAM.fullmatch(plain) else plain


def _many(texts: Sequence[str], spelt: Sequence[str], survey: Survey, field: Field, codes: CodeList) -> Answers:
    known = survey.spellings(field)
    missing = survey.missing_codes(field)
    exclusive = {entry.code for entry in codes.codes if entry.missing == "exclusive"}
    in_order = tuple(dict.fromkeys((*codes.by_code, *missing)))

    def read(text: str) -> str | None:
        chosen = {known.get(words[folded(part)]) for part in answers_within(text)}
        if not chosen or None in chosen:
            return None
        if chosen & set(missing):
            # "None, don't know" is not a no: what was not known outweighs what stands alone.
            chosen = (chosen - set(missing) - exclusive) or (chosen & set(missing))
        return ";".join(code for code in in_order if code in chosen)

    reasons = survey.codelists["missing"].by_spelling
    inside = dict.fromkeys(folded(part) for text in texts for part in answers_within(text))
    words = dict(zip(inside, words_of_numbered(list(inside), {**reasons, **known}), strict=True))
    parts = map(read, texts)
    return [known.get(word) if part is None else part for word, part in zip(spelt, parts, strict=True)]


def answers_within(text: str) -> list[str]:
    """Return the answers that stand in one cell of a question of several, each as it is written.

    >>> answers_within("1. เยี่ยมบ้าน / 3. ที่พักพิง"), answers_within("1. legal 2. cash")
    (['1. เยี่ยมบ้าน', '3. ที่พักพิง'], ['1. legal', '2. cash'])
    """
    parts = (part for piece in BETWEEN_ANSWERS.split(text) for part in _BEFORE_NUMBERED.split(piece))
    return [part.strip() for part in parts if part.strip()]


def _digits_only(text: str) -> str:
    return whole_number(_UNIT.sub("", plain_signs(text)))


def _numbers(field: Field, texts: Sequence[str]) -> Answers:
    if field.type == "integer":
        return [_number(text, field.role == "age") for text in texts]
    limits = field.constraints
    return [decimal_number(plain_signs(text), limits.minimum, limits.maximum) for text in texts]


def _number(text: str, is_age: bool) -> str | None:
    plain = _ZEROS_BEHIND_COMMA.sub("", _digits_only(text))
    if _COUNT.fullmatch(plain):
        return str(int(plain))
    return completed_years(plain_signs(text)) if is_age else None


def _years(texts: Sequence[str]) -> Texts:
    """Return years of either era as Christian ones, and the question of which era two digits are."""
    answers: Answers = []
    questions: Answers = []
    for text in texts:
        plain = _ZEROS_BEHIND_COMMA.sub("", _BEFORE_YEAR.sub("", _digits_only(text)))
        year = int(plain) if _YEAR.fullmatch(plain) else None
        short = year is not None and year < SHORT_BUDDHIST_FROM
        era = None if year is None else "buddhist" if SHORT_BUDDHIST_FROM <= year < 100 else era_of(year)
        answers.append(None if year is None or era is None else str(christian_year(year, era)))
        questions.append(ERA if short else None)
    return Texts(answers, questions)
