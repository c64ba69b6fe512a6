"""The codebook: every field, answer, rule, indicator, level, right and measure of a definition, in one language."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from cpms_cli.reports.document import Column, Document, Heading, Paragraph, Part, TableBlock
from cpms_cli.survey.era import shown_year
from cpms_cli.survey.messages import say
from cpms_cli.survey.model.definition import Check, ColumnCheck, Field, Language, Pattern, Survey, TableSchema
from cpms_cli.survey.speech.filled_sentences import of_several


def codebook(survey: Survey, language: Language) -> Document:
    """The whole definition as a document to read or print; tables follow the order of the files in `schemas/`."""
    tables = (survey.household, survey.child, survey.response)
    parts: list[Part] = [Paragraph(say("codebook_intro", language))]
    for table in tables:
        parts += [Heading(table.label.in_(language)), _fields(survey, table, language)]
    parts += [Heading(say("codebook_lists", language)), *_lists(survey, language)]
    parts += [Heading(say("codebook_indicators", language)), *_indicators(survey, language)]
    parts += [Heading(say("codebook_levels", language)), *_levels(survey, language)]
    parts += _circumstances(survey, language)
    parts += [Heading(say("codebook_rights", language)), _rights(survey, language)]
    parts += [Heading(say("codebook_migration", language)), _measures(survey, language)]
    parts += [Heading(say("codebook_activities", language)), _activities(survey, language)]
    if survey.limits.limits:
        heading = Heading(say("codebook_limits", language))
        parts += [heading, Paragraph(say("codebook_limits_intro", language)), _limits(survey, language)]
    parts += [
        Heading(say("codebook_checks", language)),
        Paragraph(say("codebook_checks_intro", language)),
        _checks(survey, language),
    ]
    return Document(
        say("codebook_title", language),
        say("codebook_digest", language, digest=survey.digest[:12]),
        language,
        tuple(parts),
        (say("codebook_sources", language),),
    )


def _table(caption: str, rows: list[dict[str, str]], language: Language) -> TableBlock:
    names = list(rows[0]) if rows else []
    columns = tuple(Column(name, say(f"codebook_col_{name}", language)) for name in names)
    return TableBlock(caption, pd.DataFrame(rows, dtype="str"), columns)


def _form(survey: Survey, field: Field, language: Language) -> str:
    if field.codelist is not None:
        return say("codebook_many" if field.many else "codebook_one", language, list=field.codelist)
    low, high = field.constraints.minimum, field.constraints.maximum
    form = say(f"codebook_type_{field.type}", language)
    return f"{form} {low if low is not None else ''}–{high if high is not None else ''}" if low != high else form


def _asked(field: Field, language: Language) -> str:
    """Of whom the question is asked, by its rule, and in which rounds, where that is not everybody and all of them."""
    if field.is_turned_off:
        return say("codebook_turned_off", language)
    ends = [(end, year) for end, year in (("since", field.since), ("until", field.until)) if year is not None]
    rounds = [say(f"codebook_{end}", language, round=shown_year(year, language)) for end, year in ends]
    skipped = ", ".join(shown_year(year, language) for year in field.skipped)
    rounds += [say("codebook_skipped", language, rounds=skipped)] if skipped else []
    return "; ".join(filter(None, [field.asked or "", *rounds]))


def _fields(survey: Survey, table: TableSchema, language: Language) -> TableBlock:
    def marks(field: Field) -> str:
        values = [
            name
            for name, true in (
                ("required", field.constraints.required),
                ("personal", field.personal),
                ("sensitive", field.sensitive),
            )
            if true
        ]
        return ", ".join(say(f"codebook_is_{name}", language) for name in values)

    rows = [
        {
            "field": field.name,
            "label": field.label.in_(language),
            "question": field.question.in_(language),
            "form": _form(survey, field, language),
            "asked": _asked(field, language),
            "marks": marks(field),
        }
        for field in table.fields
    ]
    return _table(say("codebook_fields", language, table=table.label.in_(language)), rows, language)


def _lists(survey: Survey, language: Language) -> Iterator[Part]:
    for name, codes in survey.codelists.items():
        rows = [
            {"code": code.code, "label": code.label.in_(language), "spellings": " · ".join(code.spellings)}
            for code in codes.codes
        ]
        yield _table(name, rows, language)


def _indicators(survey: Survey, language: Language) -> Iterator[Part]:
    for indicator in survey.indicators:
        yield Heading(f"{indicator.number} {indicator.name.in_(language)}", 3)
        yield Paragraph(indicator.definition.in_(language))
        counted_as = (
            "codebook_circumstance" if indicator.circumstance else "answer_yes" if indicator.counted else "answer_no"
        )
        rule = {
            "rule": " ".join(indicator.when.split()),
            "applies": indicator.applies or say("codebook_all", language),
            "counted": say(counted_as, language),
            "source": indicator.source,
        }
        yield _table(indicator.column, [rule], language)


def _levels(survey: Survey, language: Language) -> Iterator[Part]:
    for level in survey.levels:
        yield Heading(level.label.in_(language), 3)
        yield Paragraph(level.meaning.in_(language))
        rule = {
            "level": level.id,
            "rule": " ".join((level.when or "–").split()),
            "response": level.response.in_(language),
            "due": level.due.in_(language),
            "who": level.who.in_(language) if level.who else "–",
            "source": level.source,
        }
        yield _table(level.id, [rule], language)


def _circumstances(survey: Survey, language: Language) -> Iterator[Part]:
    if not survey.circumstances:
        return
    names = {indicator.number: indicator.name.in_(language) for indicator in survey.indicators}
    rows = [
        {
            "label": f"{circumstance.indicator} {names[circumstance.indicator]}",
            "help": circumstance.help.in_(language),
            "code": circumstance.id,
            "source": circumstance.source,
        }
        for circumstance in survey.circumstances
    ]
    title = say("codebook_circumstances", language)
    yield Heading(title)
    yield Paragraph(say("codebook_circumstances_intro", language))
    yield _table(title, rows, language)


def _rights(survey: Survey, language: Language) -> TableBlock:
    rows = [
        {
            "label": right.label.in_(language),
            "definition": right.definition.in_(language),
            "rule": right.has,
            "applies": right.applies or ", ".join(right.levels) or say("codebook_all", language),
            "source": right.source,
        }
        for right in survey.rights
    ]
    return _table(say("codebook_rights", language), rows, language)


def _measures(survey: Survey, language: Language) -> TableBlock:
    tables = {"child": survey.child, "household": survey.household}
    rows = [
        {
            "label": measure.label.in_(language),
            "of": tables[measure.of].label.in_(language),
            "rule": measure.when,
            "source": measure.source,
        }
        for measure in survey.measures
    ]
    return _table(say("codebook_migration", language), rows, language)


def _activities(survey: Survey, language: Language) -> TableBlock:
    rows = [
        {
            "label": activity.label.in_(language),
            "indicators": ", ".join(map(str, activity.indicators)),
            "who": activity.who.in_(language),
            "source": activity.source,
        }
        for activity in survey.activities
    ]
    return _table(say("codebook_activities", language), rows, language)


def _limits(survey: Survey, language: Language) -> TableBlock:
    units = {unit.name: unit.label.in_(language) for unit in survey.limits.units}
    rows = [
        {
            "limit": limit.name,
            "what": limit.label.in_(language),
            "value": str(survey.limits.values.get(limit.name, "")),
            "unit": units.get(limit.unit, limit.unit),
            "source": limit.source,
        }
        for limit in survey.limits.limits
    ]
    return _table(say("codebook_limits", language), rows, language)


def _checks(survey: Survey, language: Language) -> TableBlock:
    def row(name: str, check: Check | ColumnCheck | Pattern) -> dict[str, str]:
        rule = " ".join(check.when.split()) if isinstance(check, Check) else ""
        return {
            "check": name,
            "severity": say(f"severity_{check.severity}", language),
            "message": of_several(check.message.in_(language)),
            "mend": of_several(check.mend.in_(language)),
            "rule": rule,
        }

    return _table(say("codebook_checks", language), [row(*item) for item in survey.checks_by_id.items()], language)
