"""What one definition asks, means and says otherwise than another: the changes from an earlier to a later one."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from operator import attrgetter
from typing import Any, Literal

from cpms_cli.survey.comparing.all_settings import settings_of
from cpms_cli.survey.comparing.aspects import (
    NAMING_LEVELS,
    Aspects,
    PartText,
    activity_aspects,
    area_aspects,
    as_list,
    as_text,
    check_aspects,
    circumstance_aspects,
    code_aspects,
    indicator_aspects,
    level_aspects,
    measure_aspects,
    question_aspects,
    right_aspects,
    title_aspects,
)
from cpms_cli.survey.former_names import same_parts
from cpms_cli.survey.model.definition import Check, CodeList, Survey
from cpms_cli.survey.words import Words
from cpms_cli.survey.yaml_files.limits import Limit

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


def definition_changes(before: Survey, after: Survey) -> tuple[DefinitionChange, ...]:
    """Return every change, in the order of `Part`.

    A limit that changed stands before every rule and every text that changed with it. A setting is whatever else a file
    of the definition says: its `name` is the file, its `label` the place in it.
    """
    return (
        *(change for kind in _kinds(before, after) for change in _of_kind(kind, before, after)),
        *_settings(before, after),
    )


def _as_written(text: str) -> Words:
    """What is the same in every language: a place in a file, a title."""
    return Words(en=text, th=text)


def _checks(survey: Survey) -> tuple[Check, ...]:
    return (*survey.checks, *survey.history, *survey.responses)


@dataclass(frozen=True)
class _Kind:
    """Parts of one kind: where they stand, their names, labels, what is compared, and the names each had before."""

    part: Part
    parts: Callable[[Survey], Iterable[Any]]
    name: Callable[[Any], str]
    label: Callable[[Any], Words]
    aspects: Callable[[Any], Aspects]
    formerly: Callable[[Any], Collection[str]] = lambda part: getattr(part, "formerly", ())


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


def _numbered_limits(survey: Survey) -> list[tuple[Limit, float | None]]:
    return [(limit, survey.limits.values.get(limit.name)) for limit in survey.limits.limits]


_LIMITS = _Kind(
    "limit",
    _numbered_limits,
    lambda numbered: str(numbered[0].name),
    lambda numbered: numbered[0].label,
    lambda numbered: {"value": as_text(numbered[1]), "unit": numbered[0].unit, "label": numbered[0].label},
    lambda numbered: numbered[0].formerly,
)


def _questions_of(table: str) -> _Kind:
    return _Kind("question", attrgetter(f"{table}.fields"), attrgetter("name"), attrgetter("label"), question_aspects)


def _codes_of(name: str) -> _Kind:
    def codes(survey: Survey) -> CodeList:
        return survey.codelists.get(name, CodeList(name=name, codes=()))

    return _Kind(
        "code",
        lambda survey: codes(survey).codes,
        lambda code: f"{name}: {code.code}",
        attrgetter("label"),
        code_aspects,
        lambda code: [f"{name}: {former}" for former in code.formerly],
    )


def _kinds(before: Survey, after: Survey) -> Iterator[_Kind]:
    # An earlier version of the tool had no names for limits: they stand in its rules, and are compared there.
    if before.limits.limits and after.limits.limits:
        yield _LIMITS
    yield from map(_questions_of, ("household", "child", "response"))
    yield from map(_codes_of, dict.fromkeys([*after.codelists, *before.codelists]))
    yield from _KINDS


def _of_kind(kind: _Kind, before: Survey, after: Survey) -> Iterator[DefinitionChange]:
    """The changes of all parts of one kind."""
    earlier, later = ({kind.name(part): part for part in kind.parts(survey)} for survey in (before, after))
    if earlier == later:
        return  # the areas are thousands, and mostly the same ones
    formerly = [{name: kind.formerly(part) for name, part in parts.items()} for parts in (earlier, later)]
    pairs, levels = same_parts(*formerly), _levels_named_now(before, after)
    for name, now in later.items():
        if name not in pairs:
            yield DefinitionChange(kind.part, "added", name, kind.label(now))
            continue
        old_name = pairs[name]
        if old_name != name:
            yield DefinitionChange(kind.part, "renamed", name, kind.label(now), "name", old_name, name)
        then = _with_levels_of_now(kind.aspects(earlier[old_name]), levels)
        yield from _otherwise(kind.part, name, kind.label(now), then, kind.aspects(now))
    kept = set(pairs.values())
    for name, then in earlier.items():
        if name not in kept:
            yield DefinitionChange(kind.part, "retired", name, kind.label(then))


def _levels_named_now(before: Survey, after: Survey) -> dict[str, str]:
    """Return the name that each level has now, by its name in the earlier definition, where it has another."""
    named = ({level.id: level.formerly for level in survey.levels} for survey in (before, after))
    return {old: new for new, old in same_parts(*named).items() if old != new}


def _with_levels_of_now(aspects: Aspects, levels: Mapping[str, str]) -> Aspects:
    """Return the aspects of an earlier part, in which levels that have another name now have that: it says the same."""
    return {
        name: as_list(levels.get(level, level) for level in text.split(", "))
        if name in NAMING_LEVELS and isinstance(text, str)
        else text
        for name, text in aspects.items()
    }


def _settings(before: Survey, after: Survey) -> Iterator[DefinitionChange]:
    """What the files say that have no parts of their own here, text by text."""
    earlier, later = dict(settings_of(before, named_as_in=after)), dict(settings_of(after))
    for place in dict.fromkeys([*earlier, *later]):
        then, now = earlier.get(place), later.get(place)
        if then != now:
            kind: Kind = "added" if then is None else "retired" if now is None else "changed"
            aspect = "value" if kind == "changed" else ""
            yield DefinitionChange("setting", kind, place[0], _as_written(place[1]), aspect, then, now)


def _otherwise(part: Part, name: str, label: Words, then: Aspects, now: Aspects) -> Iterator[DefinitionChange]:
    if then.get("asked") != now.get("asked") and "false" in (then.get("asked"), now.get("asked")):
        yield DefinitionChange(part, "turned_off" if now.get("asked") == "false" else "turned_on", name, label)
        then, now = ({key: value for key, value in side.items() if key != "asked"} for side in (then, now))
    for aspect in now:
        before, after = _both_sides(then[aspect], now[aspect])
        if before != after:
            yield DefinitionChange(part, "changed", name, label, aspect, before, after)


def _both_sides(then: PartText | frozenset[str], now: PartText | frozenset[str]) -> tuple[PartText, PartText]:
    """Return what stood there before and what stands there after; of sets, what the other one has not."""
    if isinstance(then, frozenset) and isinstance(now, frozenset):
        return as_list(sorted(then - now)), as_list(sorted(now - then))
    assert not isinstance(then, frozenset) and not isinstance(now, frozenset)
    return then, now
