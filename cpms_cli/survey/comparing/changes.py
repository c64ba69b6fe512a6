"""What one definition asks, means and says otherwise than another: the changes from an earlier to a later one."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from operator import attrgetter
from typing import Any, Literal, TypeVar

from cpms_cli.survey.comparing.all_settings import settings_of
from cpms_cli.survey.comparing.aspects import (
    Aspects,
    PartText,
    activity_aspects,
    area_aspects,
    as_text,
    check_aspects,
    circumstance_aspects,
    indicator_aspects,
    level_aspects,
    lifespan_aspects,
    measure_aspects,
    question_aspects,
    right_aspects,
    title_aspects,
)
from cpms_cli.survey.model.definition import Check, CodeList, Survey
from cpms_cli.survey.model.words import Words

Kind = Literal["added", "retired", "renamed", "turned_off", "turned_on", "changed"]
Part = Literal[
    "limit",
    "question",
    "code",
    "indicator",
    "level",
    "circumstance",
    "right",
    "measure",
    "activity",
    "check",
    "title",
    "area",
    "setting",
]


@dataclass(frozen=True)
class DefinitionChange:
    """One thing that is otherwise: a part of the definition, and how it changed.

    `name` is the part's name in the later definition (where it was retired, in the earlier one): a field, a code behind
    its list, a number, an id. `aspect` says what of it changed: its name, label, type, codelist, rule and so on.
    """

    part: Part
    kind: Kind
    name: str
    label: Words
    aspect: str = ""
    before: PartText = None
    after: PartText = None


_Named = TypeVar("_Named")


def definition_changes(before: Survey, after: Survey) -> tuple[DefinitionChange, ...]:
    """Return every change, in the order of `Part`.

    A limit that changed stands before every rule and every text that changed with it. A setting is whatever else a file
    of the definition says: its `name` is the file, its `label` the place in it.
    """
    return (
        *_limits(before, after),
        *_questions(before, after),
        *_codes(before, after),
        *(change for kind in _KINDS for change in _of_kind(kind, before, after)),
        *_settings(before, after),
    )


def _limits(before: Survey, after: Survey) -> Iterator[DefinitionChange]:
    if not before.limits.limits or not after.limits.limits:
        return  # an earlier version of the tool had no names for them: they stand in its rules, and are compared there
    earlier, later = (
        {limit.name: (limit, survey.limits.values.get(limit.name)) for limit in survey.limits.limits}
        for survey in (before, after)
    )
    yield from _of_part(
        "limit",
        earlier,
        later,
        {},
        lambda numbered: numbered[0].label,
        lambda numbered: {"value": as_text(numbered[1]), "unit": numbered[0].unit, "label": numbered[0].label},
    )


def _questions(before: Survey, after: Survey) -> Iterator[DefinitionChange]:
    for table in ("household", "child", "response"):
        earlier, later = ({field.name: field for field in getattr(survey, table).fields} for survey in (before, after))
        former = {name: field.name for field in later.values() for name in field.formerly}
        yield from _of_part("question", earlier, later, former, lambda field: field.label, question_aspects)


def _codes(before: Survey, after: Survey) -> Iterator[DefinitionChange]:
    for name in dict.fromkeys([*after.codelists, *before.codelists]):
        lists = [survey.codelists.get(name, CodeList(name=name, codes=())) for survey in (before, after)]
        earlier, later = ({f"{name}: {code.code}": code for code in codes.codes} for codes in lists)
        former = {f"{name}: {old}": f"{name}: {new}" for old, new in lists[1].by_former_code.items()}
        yield from _of_part(
            "code",
            earlier,
            later,
            former,
            lambda code: code.label,
            lambda code: {"label": code.label, "missing": code.missing, **lifespan_aspects(code.since, code.until)},
        )


def _as_written(text: str) -> Words:
    """What is the same in every language: a place in a file, a title."""
    return Words(en=text, th=text)


def _checks(survey: Survey) -> tuple[Check, ...]:
    return (*survey.checks, *survey.history, *survey.responses)


@dataclass(frozen=True)
class _Kind:
    """Parts of one kind that have a name of their own: where they stand, their names, labels, and what is compared."""

    part: Part
    parts: Callable[[Survey], Iterable[Any]]
    name: Callable[[Any], str]
    label: Callable[[Any], Words]
    aspects: Callable[[Any], Aspects]


_KINDS = (
    _Kind("indicator", attrgetter("indicators"), lambda part: str(part.number), attrgetter("name"), indicator_aspects),
    _Kind("level", attrgetter("levels"), attrgetter("id"), attrgetter("label"), level_aspects),
    _Kind("circumstance", attrgetter("circumstances"), attrgetter("id"), attrgetter("help"), circumstance_aspects),
    _Kind("right", attrgetter("rights"), attrgetter("id"), attrgetter("label"), right_aspects),
    _Kind("measure", attrgetter("measures"), attrgetter("id"), attrgetter("label"), measure_aspects),
    _Kind("activity", attrgetter("activities"), attrgetter("id"), attrgetter("label"), activity_aspects),
    _Kind("check", _checks, attrgetter("id"), attrgetter("message"), check_aspects),
    _Kind("title", attrgetter("titles"), attrgetter("title"), lambda part: _as_written(part.title), title_aspects),
    _Kind("area", lambda survey: survey.areas.values(), attrgetter("code"), attrgetter("label"), area_aspects),
)


def _of_kind(kind: _Kind, before: Survey, after: Survey) -> Iterator[DefinitionChange]:
    earlier, later = ({kind.name(part): part for part in kind.parts(survey)} for survey in (before, after))
    # The areas are thousands, and mostly the same ones.
    if earlier != later:
        yield from _of_part(kind.part, earlier, later, {}, kind.label, kind.aspects)


def _settings(before: Survey, after: Survey) -> Iterator[DefinitionChange]:
    """What the files say that have no parts of their own here, text by text."""
    earlier, later = (dict(settings_of(survey)) for survey in (before, after))
    for place in dict.fromkeys([*earlier, *later]):
        then, now = earlier.get(place), later.get(place)
        if then != now:
            kind: Kind = "added" if then is None else "retired" if now is None else "changed"
            aspect = "value" if kind == "changed" else ""
            yield DefinitionChange("setting", kind, place[0], _as_written(place[1]), aspect, then, now)


def _of_part(
    part: Part,
    earlier: Mapping[str, _Named],
    later: Mapping[str, _Named],
    former: Mapping[str, str],
    label: Callable[[_Named], Words],
    aspects: Callable[[_Named], Aspects],
) -> Iterator[DefinitionChange]:
    """The changes of all parts of one kind; `former` has the new name of each that was renamed."""
    pairs = {former.get(name, name): name for name in earlier if former.get(name, name) in later}
    for name, now in later.items():
        if name not in pairs:
            yield DefinitionChange(part, "added", name, label(now))
            continue
        old_name = pairs[name]
        if old_name != name:
            yield DefinitionChange(part, "renamed", name, label(now), "name", old_name, name)
        yield from _otherwise(part, name, label(now), aspects(earlier[old_name]), aspects(now))
    kept = set(pairs.values())
    for name, then in earlier.items():
        if name not in kept:
            yield DefinitionChange(part, "retired", name, label(then))


def _otherwise(part: Part, name: str, label: Words, then: Aspects, now: Aspects) -> Iterator[DefinitionChange]:
    if then.get("asked") != now.get("asked") and "false" in (then.get("asked"), now.get("asked")):
        yield DefinitionChange(part, "turned_off" if now.get("asked") == "false" else "turned_on", name, label)
        then, now = ({key: value for key, value in side.items() if key != "asked"} for side in (then, now))
    for aspect in now:
        if then[aspect] != now[aspect]:
            yield DefinitionChange(part, "changed", name, label, aspect, then[aspect], now[aspect])
