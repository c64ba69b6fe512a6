"""What one definition asks, means and says otherwise than another: the changes from an earlier to a later one."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal, TypeVar

from cpms_cli.survey.comparing.all_settings import settings_of
from cpms_cli.survey.comparing.aspects import (
    Aspects,
    PartText,
    as_list,
    as_text,
    check_aspects,
    indicator_aspects,
    level_aspects,
    lifespan_aspects,
    measure_aspects,
    question_aspects,
    right_aspects,
)
from cpms_cli.survey.model.definition import CodeList, Survey
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
    parts = (
        _limits,
        _questions,
        _codes,
        _indicators,
        _levels,
        _circumstances,
        _rights,
        _measures,
        _activities,
        _checks,
        _titles,
        _areas,
        _settings,
    )
    return tuple(change for part in parts for change in part(before, after))


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


def _indicators(before: Survey, after: Survey) -> Iterator[DefinitionChange]:
    earlier, later = ({str(part.number): part for part in survey.indicators} for survey in (before, after))
    yield from _of_part("indicator", earlier, later, {}, lambda indicator: indicator.name, indicator_aspects)


def _levels(before: Survey, after: Survey) -> Iterator[DefinitionChange]:
    earlier, later = ({level.id: level for level in survey.levels} for survey in (before, after))
    yield from _of_part("level", earlier, later, {}, lambda level: level.label, level_aspects)


def _circumstances(before: Survey, after: Survey) -> Iterator[DefinitionChange]:
    earlier, later = ({part.id: part for part in survey.circumstances} for survey in (before, after))
    yield from _of_part(
        "circumstance",
        earlier,
        later,
        {},
        lambda part: part.help,
        lambda part: {"label": part.help, "indicator": str(part.indicator)},
    )


def _activities(before: Survey, after: Survey) -> Iterator[DefinitionChange]:
    earlier, later = ({activity.id: activity for activity in survey.activities} for survey in (before, after))
    yield from _of_part(
        "activity",
        earlier,
        later,
        {},
        lambda activity: activity.label,
        lambda activity: {
            "label": activity.label,
            "who": activity.who,
            "indicator": as_list(map(str, activity.indicators)),
        },
    )


def _titles(before: Survey, after: Survey) -> Iterator[DefinitionChange]:
    earlier, later = ({title.title: title for title in survey.titles} for survey in (before, after))
    yield from _of_part(
        "title",
        earlier,
        later,
        {},
        lambda title: _as_written(title.title),
        lambda title: {"sex": title.sex, "joined": as_text(title.joined)},
    )


def _areas(before: Survey, after: Survey) -> Iterator[DefinitionChange]:
    if before.areas is after.areas:
        return
    yield from _of_part(
        "area",
        before.areas,
        after.areas,
        {},
        lambda area: area.label,
        lambda area: {"label": area.label},
    )


def _settings(before: Survey, after: Survey) -> Iterator[DefinitionChange]:
    """What the files say that have no parts of their own here, text by text."""
    earlier, later = (dict(settings_of(survey)) for survey in (before, after))
    for place in dict.fromkeys([*earlier, *later]):
        then, now = earlier.get(place), later.get(place)
        if then != now:
            kind: Kind = "added" if then is None else "retired" if now is None else "changed"
            aspect = "value" if kind == "changed" else ""
            yield DefinitionChange("setting", kind, place[0], _as_written(place[1]), aspect, then, now)


def _as_written(text: str) -> Words:
    """What is the same in every language: a place in a file, a title."""
    return Words(en=text, th=text)


def _rights(before: Survey, after: Survey) -> Iterator[DefinitionChange]:
    earlier, later = ({right.id: right for right in survey.rights} for survey in (before, after))
    yield from _of_part("right", earlier, later, {}, lambda right: right.label, right_aspects)


def _measures(before: Survey, after: Survey) -> Iterator[DefinitionChange]:
    earlier, later = ({measure.id: measure for measure in survey.measures} for survey in (before, after))
    yield from _of_part("measure", earlier, later, {}, lambda measure: measure.label, measure_aspects)


def _checks(before: Survey, after: Survey) -> Iterator[DefinitionChange]:
    earlier, later = (
        {check.id: check for check in (*survey.checks, *survey.history, *survey.responses)}
        for survey in (before, after)
    )
    yield from _of_part("check", earlier, later, {}, lambda check: check.message, check_aspects)


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
    for name, then in earlier.items():
        if name not in pairs.values():
            yield DefinitionChange(part, "retired", name, label(then))


def _otherwise(part: Part, name: str, label: Words, then: Aspects, now: Aspects) -> Iterator[DefinitionChange]:
    if then.get("asked") != now.get("asked") and "false" in (then.get("asked"), now.get("asked")):
        yield DefinitionChange(part, "turned_off" if now.get("asked") == "false" else "turned_on", name, label)
        then, now = ({key: value for key, value in side.items() if key != "asked"} for side in (then, now))
    for aspect in now:
        if then[aspect] != now[aspect]:
            yield DefinitionChange(part, "changed", name, label, aspect, then[aspect], now[aspect])
