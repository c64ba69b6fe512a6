"""What a part of the definition means, what its rule is, and what is to be done: for a check, an indicator, a level or
a question."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from cpms_cli.errors import UsageError
from cpms_cli.survey.language import FALLBACK, Language
from cpms_cli.survey.messages import say
from cpms_cli.survey.model.checks import Check, ColumnCheck, Indicator, Level, Pattern
from cpms_cli.survey.model.definition import Survey
from cpms_cli.survey.model.fields import Field
from cpms_cli.survey.near_words import meant, near, spellings
from cpms_cli.survey.plain_text import plain_digits
from cpms_cli.survey.speech.filled_sentences import fill, places

Kind = Literal["indicator", "level", "question", "check"]
KINDS: tuple[Kind, ...] = ("indicator", "level", "question", "check")
_UNKNOWN = "…"  # in the place of what only a file can say
_NUMBER = re.compile(r"i?0*([0-9]+)")


@dataclass(frozen=True)
class Explained:
    """One part of the definition: of which kind, its id, its name, and what is to be known of it as pairs of a heading
    and a text, in the order in which it is read."""

    kind: Kind
    id: str
    name: str
    parts: tuple[tuple[str, str], ...]


def explain(survey: Survey, topic: str, language: Language = FALLBACK) -> tuple[Explained, ...]:
    """Return what the definition has by this name: an id of a check, the number or name of an indicator, a level, or a
    question by its name, label or header, in any language.

    More than one where the same words name parts of several kinds. Raises UsageError where nothing is called so, with
    what is called nearly so.
    """
    known = {kind: _known(survey, kind) for kind in KINDS}
    number = _NUMBER.fullmatch(plain_digits(topic.strip().lower()))
    keys = {kind: meant(number[1] if number and kind == "indicator" else topic, known[kind]) for kind in KINDS}
    explained = tuple(_explained(survey, kind, key, language) for kind, key in keys.items() if key is not None)
    if explained:
        return explained
    every = {f"{kind}:{key}": texts for kind in KINDS for key, texts in known[kind].items()}
    names = (_proposed(survey, name, language) for name in near(topic, every))
    proposed = ", ".join(dict.fromkeys(names))
    raise UsageError("nothing_called_near" if proposed else "nothing_called", topic=topic, near=proposed)


def _proposed(survey: Survey, part: str, language: Language) -> str:
    """What to type for a part, as kind:id; of an indicator its number with its name, since a number says nothing."""
    kind, _, key = part.partition(":")
    indicator = survey.indicator(int(key)) if kind == "indicator" else None
    return key if indicator is None else f"{key} ({indicator.name.in_(language)})"


def _known(survey: Survey, kind: Kind) -> dict[str, tuple[str, ...]]:
    """The spellings of every part of a kind, by its id."""
    match kind:
        case "indicator":
            return {str(part.number): spellings(str(part.number), part.name) for part in survey.indicators}
        case "level":
            return {level.id: (*spellings(level.id, level.label), *level.formerly) for level in survey.levels}
        case "question":
            return {
                name: (*spellings(name, field.label), *field.headers, *field.formerly)
                for name, field in _questions(survey).items()
            }
        case "check":
            return {name: (name,) for name in survey.checks_by_id}


def _questions(survey: Survey) -> dict[str, Field]:
    return {**{field.name: field for field in survey.response.fields}, **survey.fields}


def _explained(survey: Survey, kind: Kind, key: str, language: Language) -> Explained:
    match kind:
        case "indicator":
            indicator = next(part for part in survey.indicators if str(part.number) == key)
            name, parts = indicator.name.in_(language), _of_indicator(survey, indicator, language)
        case "level":
            level = next(level for level in survey.levels if level.id == key)
            name, parts = level.label.in_(language), _of_level(survey, level, language)
        case "question":
            field = _questions(survey)[key]
            name, parts = field.label.in_(language), _of_question(survey, field, language)
        case "check":
            name, parts = key, _of_check(survey, survey.checks_by_id[key], language)
    worded = ((say(f"explain_{heading}", language), text) for heading, text in parts if text)
    return Explained(kind, key, name, tuple(worded))


def _labels(survey: Survey, names: list[str] | tuple[str, ...], language: Language) -> str:
    """Questions by their labels, each with its name in brackets."""
    questions = _questions(survey)
    return ", ".join(f"{questions[name].label.in_(language)} ({name})" for name in names if name in questions)


def _named_in(survey: Survey, *rules: str | None) -> list[str]:
    """The questions that rules name, in the order in which they are asked."""
    words = {word for rule in rules if rule for word in re.findall(r"[a-z_0-9]+", rule)}
    return [name for name in survey.fields if name in words]


def _of_indicator(survey: Survey, indicator: Indicator, language: Language) -> Iterator[tuple[str, str]]:
    yield "means", indicator.definition.in_(language)
    yield "asked_of", indicator.applies or ""
    yield "rule", indicator.when
    yield "rests_on", _labels(survey, _named_in(survey, indicator.when, indicator.applies), language)
    levels = [level for level in survey.levels if level.when and re.search(rf"\b{indicator.column}\b", level.when)]
    yield "counts_for", ", ".join(level.label.in_(language) for level in levels)
    helps = [part.help.in_(language) for part in survey.circumstances if part.indicator == indicator.number]
    yield "calls_for", ", ".join(helps)
    yield "source", _published(indicator.source)
    yield "next", f"cpms children --indicator {indicator.number}"


def _of_level(survey: Survey, level: Level, language: Language) -> Iterator[tuple[str, str]]:
    yield "means", level.meaning.in_(language)
    yield "rule", " ".join((level.when or "").split())
    numbers = [part for part in survey.indicators if re.search(rf"\b{part.column}\b", level.when or "")]
    yield "indicators", ", ".join(f"{part.number} {part.name.in_(language)}" for part in numbers)
    yield "rests_on", _labels(survey, _named_in(survey, level.when), language)
    yield "to_do", level.response.in_(language)
    yield "due", level.due.in_(language)
    yield "who", level.who.in_(language) if level.who else ""
    yield "source", _published(level.source)
    yield "next", f"cpms children --risk {level.id}"


def _of_question(survey: Survey, field: Field, language: Language) -> Iterator[tuple[str, str]]:
    yield "means", field.question.in_(language)
    yield "asked_of", field.asked if isinstance(field.asked, str) else ""
    codes = survey.codes(field)
    yield "answers", "; ".join(f"{code.label.in_(language)} ({code.code})" for code in codes.codes) if codes else ""
    yield "headers", ", ".join(field.headers)
    using = [part for part in survey.indicators if field.name in _named_in(survey, part.when, part.applies)]
    yield "indicators", ", ".join(f"{part.number} {part.name.in_(language)}" for part in using)
    checks = [name for name, check in survey.checks_by_id.items() if field.name in getattr(check, "fields", ())]
    yield "checks", ", ".join(checks)
    yield "next", f"cpms explain {checks[0]}" if checks else ""


def _of_check(survey: Survey, check: Check | ColumnCheck | Pattern, language: Language) -> Iterator[tuple[str, str]]:
    fields = check.fields if isinstance(check, Check) else ()
    questions = _questions(survey)
    label = questions[fields[0]].label.in_(language) if fields else _UNKNOWN
    gaps = {name: _UNKNOWN for words in (check.message, check.mend) for name in places(words.in_(language))}
    yield "means", fill(check.message.in_(language), {**gaps, "label": label})
    yield "severity", say(f"explain_{check.severity}", language)
    yield "to_do", fill(check.mend.in_(language), {**gaps, "label": label})
    yield "rule", " ".join(check.when.split()) if isinstance(check, Check) else ""
    yield "rests_on", _labels(survey, fields, language)
    yield "source", _published(check.source or "") if isinstance(check, Check | Pattern) else ""
    yield "next", "cpms validate FILE"


def _published(source: str) -> str:
    """Return the published sources among `source` ("D: ..."), without their letter; the codebook has the others too."""
    parts = [part.strip() for part in source.split(";")]
    return "; ".join(part.removeprefix("D:").strip() for part in parts if part.startswith("D:"))
