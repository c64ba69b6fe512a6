"""The survey as an XLSForm (xlsform.org), for KoboToolbox and ODK, in every language of the definition.

Household questions come first, then a repeat with the questions about each child. Every field keeps its name, so that
the exported answers are read back as they stand. Where the family does not consent, nothing further is asked.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from cpms_cli.forms.phone.form_languages import Tongue, tongues
from cpms_cli.forms.phone.form_rows import Row
from cpms_cli.forms.phone.questions import Writer
from cpms_cli.survey.language import FALLBACK
from cpms_cli.survey.model.definition import Field, Language, Survey, TableSchema
from cpms_cli.survey.opening.loading import load_survey
from cpms_cli.writing.files import write_bytes
from cpms_cli.writing.workbooks.table_workbook import workbook_bytes

REPEAT = "child"


@dataclass(frozen=True)
class XlsForm:
    """The three sheets; `untranslated` has (label, rule) of questions whose rule a form cannot say, asked of all."""

    survey: pd.DataFrame
    choices: pd.DataFrame
    settings: pd.DataFrame
    untranslated: tuple[tuple[str, str], ...] = field(default=())


def xlsform(survey: Survey, *, round_: int | None, language: Language, known: str | None = None) -> XlsForm:
    """The form of what the round asks. `known` names the CSV file, without its ending, of the children that are on it
    already."""
    survey = survey.as_asked_in(round_)
    words = tongues(survey, language)
    writer = Writer(survey, words, round_, known)
    rows = [row for row in _rows(writer) if row]
    headings = [tongue.heading for tongue in words]
    return XlsForm(
        _frame(rows, _columns(headings)),
        _frame(
            list(_choices(survey, words)),
            ["list_name", "name", *(f"label::{heading}" for heading in headings), "offered"],
        ),
        _settings(survey, words, round_),
        tuple(writer.untranslated),
    )


def _columns(headings: list[str]) -> list[str]:
    spoken = {name: [f"{name}::{heading}" for heading in headings] for name in ("label", "hint", "constraint_message")}
    return [
        "type",
        "name",
        *spoken["label"],
        *spoken["hint"],
        "required",
        "relevant",
        "constraint",
        *spoken["constraint_message"],
        "calculation",
        "trigger",
        "choice_filter",
        "default",
        "appearance",
    ]


def _frame(rows: list[Row], columns: list[str]) -> pd.DataFrame:
    """The rows under those of the columns that any of them uses; never an empty column, which is a warning."""
    frame = pd.DataFrame(rows, columns=columns, dtype="str")
    return frame.loc[:, frame.notna().any()]


def _settings(survey: Survey, words: tuple[Tongue, ...], round_: int | None) -> pd.DataFrame:
    keys = [survey.role(role).name for role in ("village", "household")]
    # A form whose words changed must be another version, and one that awaits review says so.
    draft = "" if all(translation.reviewed for translation in survey.translations) else "-draft"
    return pd.DataFrame(
        [
            {
                "form_title": words[0].sentence("xlsform_title"),
                "form_id": f"cpms_{round_ or 'survey'}",
                "version": f"{survey.digest[:10]}{draft}",
                "default_language": words[0].heading,
                "instance_name": "concat(" + ", ' ', ".join(f"${{{name}}}" for name in keys) + ")",
            }
        ]
    )


def _rows(writer: Writer) -> Iterator[Row]:
    survey = writer.survey
    consent = survey.role("consent")
    before = [field for field in survey.household.fields[: survey.household.fields.index(consent) + 1]]
    for asked_before in before:
        yield from writer.question(asked_before)
        if asked_before.role == "household":
            yield from writer.known_home()
    yield writer.note("xlsform_end", relevant=_any(consent, consent.withholds))
    agreed = _agreed(consent)
    yield writer.group("begin_group", "household", writer.table_label(survey.household), relevant=agreed)
    yield from _topics(writer, survey.household, before)
    yield {"type": "end_group", "name": "household"}
    yield writer.group("begin_repeat", REPEAT, writer.table_label(survey.child), relevant=agreed)
    yield writer.line()
    yield from _topics(writer, survey.child, [survey.role("line")])
    yield {"type": "end_repeat", "name": REPEAT}


def _topics(writer: Writer, table: TableSchema, done: list[Field]) -> Iterator[Row]:
    """The table's questions by topic, each on a screen of its own."""
    for topic in table.topics:
        fields = [field for field in table.fields if field.topic == topic and field not in done]
        if fields:
            yield writer.group("begin_group", f"about_{topic}", writer.topic_label(topic), appearance="field-list")
            yield from writer.known_child(topic)
            for field in fields:
                yield from writer.question(field)
            yield {"type": "end_group", "name": f"about_{topic}"}


def _any(asked: Field, answers: tuple[str, ...]) -> str:
    return " or ".join(f"${{{asked.name}}} = '{answer}'" for answer in answers)


def _agreed(consent: Field) -> str:
    """Consent was asked for and not withheld: before the answer, nothing else may be asked."""
    return f"${{{consent.name}}} != '' and not({_any(consent, consent.withholds)})"


def _choices(survey: Survey, words: tuple[Tongue, ...]) -> Iterator[Row]:
    used = {field.codelist for field in survey.fields.values() if field.codelist}
    for name, codes in survey.codelists.items():
        if name in used:
            for code in codes.codes:
                label = {f"label::{language.heading}": language.answer(code) for language in words}
                yield {"list_name": name, "name": code.code, **label}
    for grain in ("day", "month", "year", "none", "same"):
        label = {f"label::{language.heading}": language.sentence(f"xlsform_known_{grain}") for language in words}
        yield {"list_name": "date_known", "name": grain, **label, "offered": "known" if grain == "same" else "always"}


def write_xlsform(  # noqa: PLR0913 - public: what can be asked, each by its own keyword
    path: str | Path,
    *,
    round_: int | None = None,
    language: Language = FALLBACK,
    schemas: Path | None = None,
    survey: Survey | None = None,
    known: str | None = None,
) -> XlsForm:
    """Write the `survey`, or the definition in the folder `schemas`, as an XLSForm.

    Raises UsageError where the file cannot be written, DefinitionError."""
    form = xlsform(survey or load_survey(schemas), round_=round_, language=language, known=known)
    sheets = {"survey": form.survey, "choices": form.choices, "settings": form.settings}
    write_bytes(Path(path), workbook_bytes(sheets))
    return form
