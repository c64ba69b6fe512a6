"""What of each part of a definition is compared: its aspects, by name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from cpms_cli.survey.model.definition import Area, Check, Circumstance, Code, Field, Indicator, Level, Title
from cpms_cli.survey.model.lifespan import Span
from cpms_cli.survey.model.summary_model import Activity, Measure, Right
from cpms_cli.survey.words import Words

PartText = Words | str | None
"""A part before and after: words in both languages, or a rule, a name, a number as text; None where there was none."""
Aspects = Mapping[str, PartText | frozenset[str]]
"""Aspects by name; of a set, which is long, only what was added and what was taken out is told."""


NAMING_LEVELS = frozenset({"levels"})
"""The aspects that are names of levels."""


def as_text(value: object) -> str | None:
    """Return a value as text: a yes or no as true or false; None where there is none."""
    return None if value is None else str(value).lower() if isinstance(value, bool) else str(value)


def as_list(values: Iterable[str]) -> str | None:
    """Return texts as one, with commas between; None where there are none."""
    return ", ".join(values) or None


def lifespan_aspects(span: Span) -> Aspects:
    """Return the first and the last round of a question or an answer, and those between that are skipped."""
    skipped = as_list(map(str, sorted(span.skipped)))
    return {"since": as_text(span.since), "until": as_text(span.until), "skipped": skipped}


def question_aspects(field: Field) -> Aspects:
    """Return what is compared of a question."""
    limits = field.constraints
    return {
        "label": field.label,
        "question": field.question,
        "type": field.format or field.type,
        "codelist": field.codelist,
        "many": as_text(field.many),
        "ordered": as_text(field.ordered),
        "asked": as_text(field.asked),
        **lifespan_aspects(field),
        "role": field.role,
        "personal": as_text(field.personal),
        "sensitive": as_text(field.sensitive),
        "required": as_text(limits.required),
        "minimum": as_text(limits.minimum),
        "maximum": as_text(limits.maximum),
        "longest": as_text(limits.maxLength),
        "pattern": limits.pattern,
        "withholds": as_list(field.withholds),
        "closes": as_list(field.closes),
        "assigns": as_list(field.assigns),
        "headers": frozenset(field.headers),
    }


def code_aspects(code: Code) -> Aspects:
    """Return what is compared of an answer to choose from."""
    return {
        "label": code.label,
        "missing": code.missing,
        **lifespan_aspects(code),
        "spellings": frozenset({*code.spellings, *code.cased}),
    }


def indicator_aspects(indicator: Indicator) -> Aspects:
    """Return what is compared of an indicator."""
    return {
        "label": indicator.name,
        "short": indicator.short,
        "definition": indicator.definition,
        "rule": indicator.when,
        "applies": indicator.applies,
        "counted": as_text(indicator.counted),
        "circumstance": as_text(indicator.circumstance),
        "of": indicator.level,
        **lifespan_aspects(indicator),
    }


def level_aspects(level: Level) -> Aspects:
    """Return what is compared of a level."""
    return {
        "label": level.label,
        "meaning": level.meaning,
        "rule": level.when,
        "response": level.response,
        "due": level.due,
        "who": level.who,
        "due_hours": as_text(level.due_hours),
        "again_days": as_text(level.again_days),
        "answered_by": as_list(level.answered_by),
    }


def right_aspects(right: Right) -> Aspects:
    """Return what is compared of a right."""
    return {
        "label": right.label,
        "definition": right.definition,
        "rule": right.has,
        "applies": right.applies,
        "levels": as_list(right.levels),
    }


def measure_aspects(measure: Measure) -> Aspects:
    """Return what is compared of a measure of migration."""
    return {"label": measure.label, "rule": measure.when, "of": measure.of}


def check_aspects(check: Check) -> Aspects:
    """Return what is compared of a check."""
    return {"message": check.message, "mend": check.mend, "rule": check.when, "severity": check.severity}


def circumstance_aspects(circumstance: Circumstance) -> Aspects:
    """Return what is compared of what a circumstance calls for."""
    return {"label": circumstance.help, "indicator": str(circumstance.indicator)}


def activity_aspects(activity: Activity) -> Aspects:
    """Return what is compared of an activity."""
    indicators = as_list(map(str, activity.indicators))
    return {"label": activity.label, "who": activity.who, "indicator": indicators}


def title_aspects(title: Title) -> Aspects:
    """Return what is compared of a title before names."""
    return {"sex": title.sex, "joined": as_text(title.joined)}


def area_aspects(area: Area) -> Aspects:
    """Return what is compared of an area."""
    return {"label": area.label}
