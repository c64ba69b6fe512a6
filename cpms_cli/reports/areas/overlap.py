"""Indicators that occur together, as text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd
from rich.console import Console

from cpms_cli.reports.areas.change import below_each_other, show_title, with_rounds
from cpms_cli.reports.areas.comparability_notes import show_not_asked, show_not_comparable
from cpms_cli.reports.areas.handed import count_text, mark_withheld_counts
from cpms_cli.reports.areas.shares import group_names, percent
from cpms_cli.reports.documents.document_cells import NOT_COMPUTED
from cpms_cli.reports.terminal import Layout, Screen, show_table, stacked
from cpms_cli.summaries.rounds.overlap import MEMBERS, Overlap
from cpms_cli.summaries.rounds.overlap_change import BECAME, OverlapChange
from cpms_cli.summaries.scope import Span
from cpms_cli.survey.era import shown_year
from cpms_cli.survey.messages import say
from cpms_cli.survey.model.definition import Language

_WIDE = 140  # in a narrower window a pair stands in lines below each other, and so do some of its figures
_FIGURES = ("children", "possible", "expected", "lift")


@dataclass(frozen=True)
class _Kind:
    """Pairs or triples: the name in ids of messages, and the columns of the indicators that occur together."""

    name: str
    members: tuple[str, ...]


_PAIRS, _TRIPLES = _Kind("pairs", MEMBERS[:2]), _Kind("triples", MEMBERS)


def show_overlap(screen: Screen, overlap: Overlap, top: int, *, triples: bool = True) -> None:
    """Print the numbers of indicators, each indicator's company, and the `top` pairs, and unless they are left out,
    triples (of each group)."""
    console, survey, language = screen.console, screen.survey, screen.language
    area = f"{overlap.name} ({overlap.area})" if overlap.area else say("overlap_everywhere", language)
    console.print(
        say(
            "overlap_title",
            language,
            name=area,
            round=shown_year(overlap.round, language),
            children=count_text(overlap.children, language),
        ),
        style="bold",
    )
    group = group_names(survey, overlap.numbers, language)
    numbers = ("certain", "possible", "at_least", "at_most")
    _show(
        console,
        mark_withheld_counts(overlap.numbers, language),
        {**group, "number": say("col_number", language), **{name: say(f"col_{name}", language) for name in numbers}},
        title=say("overlap_numbers", language),
        right=("number", *numbers),
    )
    console.print(say("overlap_bounds", language))
    single = mark_withheld_counts(overlap.single[overlap.single["yes"].ne(0).fillna(True)], language)
    single = single.assign(label=_label(single, ""), mean=_decimal(single["mean_others"]))
    company = ("yes", "alone", "with_one", "with_two", "with_three_or_more", "mean")
    _show(
        console,
        single,
        {**group, "label": say("col_indicator", language), **{name: say(f"col_{name}", language) for name in company}},
        title=say("overlap_single", language),
        right=company,
    )
    _show_combinations(screen, overlap.pairs, _PAIRS, top)
    if triples:
        _show_combinations(screen, overlap.triples, _TRIPLES, top)
    console.print(say("overlap_lift", language))
    show_not_asked(screen, overlap.not_asked)


def _decimal(figures: pd.Series) -> list[str]:
    return [NOT_COMPUTED if pd.isna(figure) else f"{figure:.1f}" for figure in figures]


def show_overlap_change(screen: Screen, change: OverlapChange, top: int) -> None:
    """Print the numbers of indicators and the `top` pairs and triples of the last round (of each group), rounds side by
    side, and whether the same children have more or fewer."""
    console, survey, language = screen.console, screen.survey, screen.language
    show_title(screen, change.span, say("over_overlap", language))
    group = group_names(survey, change.numbers, language)
    bounds = change.numbers["at_least"].astype("str") + " – " + change.numbers["at_most"].astype("str")
    numbers = change.numbers.assign(shown=bounds).sort_values("number", kind="stable")
    keys = [*group, "number"]
    sides, years = _side_by_side(below_each_other(numbers, [*group], language), keys, change.span, "0 – 0", language)
    sides["number"] = sides["number"].astype("str") + "+"
    _show(
        console,
        sides,
        {**group, "number": say("col_or_more", language), **years},
        title=say("over_numbers", language),
        right=("number", *years),
    )
    _show_number_flow(screen, change)
    for kind, table in ((_PAIRS, change.pairs), (_TRIPLES, change.triples)):
        _show_over(screen, change.span, kind, table, top)
    console.print(say("over_together_note", language))
    show_not_comparable(screen, change.not_comparable)


def _side_by_side(
    frame: pd.DataFrame, keys: list[str], span: Span, nothing: str, language: Language
) -> tuple[pd.DataFrame, dict[str, str]]:
    """The column `shown` of each round beside the others, and the headings of the rounds; the rows keep their order."""
    years = {f"round_{year}": shown_year(year, language) for year in span.rounds}
    sides = frame[keys].drop_duplicates()
    for name, year in zip(years, span.rounds, strict=True):
        of_round = frame.loc[frame["round"] == year, [*keys, "shown"]].rename(columns={"shown": name})
        sides = sides.merge(of_round, on=keys, how="left")
    return sides.fillna(dict.fromkeys(years, nothing)), years


def _show_number_flow(screen: Screen, change: OverlapChange) -> None:
    console, survey, language = screen.console, screen.survey, screen.language
    group = group_names(survey, change.flow, language)
    keys = ["from_round", "to_round", *group]
    kinds = [name for name in BECAME if (change.flow["became"] == name).any()]
    counted = {name: change.flow["children"].where(change.flow["became"] == name, 0) for name in kinds}
    shown = change.flow[keys].assign(**counted).groupby(keys, sort=False)[kinds].sum().reset_index()
    shown = with_rounds(shown, language)
    headings = {
        "rounds_": say("col_rounds", language),
        **group,
        **{name: say(f"became_{name}", language) for name in kinds},
    }
    if console.width < _WIDE:
        shown, headings = stacked(shown, headings, {"rounds_": list(group)})
    show_table(console, shown, headings, Layout(right=kinds), title=say("over_flow", language))
    console.print(say("over_flow_note", language))


def _show_over(screen: Screen, span: Span, kind: _Kind, table: pd.DataFrame, top: int) -> None:
    """Print the `top` pairs or triples of the last round (of each group), with the rounds side by side."""
    console, language = screen.console, screen.language
    members, group = kind.members, group_names(screen.survey, table, language)
    keys = [*group, *members]
    last = table[table["round"] == span.rounds[-1]]
    leading = (last.groupby(list(group), sort=False).head(top) if group else last.head(top))[keys]
    if leading.empty:
        console.print(say(f"overlap_{kind.name}_none", language))
        return
    narrow = console.width < _WIDE
    report = leading.merge(table, on=keys, how="left")
    most = (" – " + report["possible"].astype("str")).where(report["possible"] > report["children"], "")
    shares = ("\n" if narrow else " ") + "(" + report["share"].map(lambda share: percent(share, language)) + ")"
    sides, years = _side_by_side(
        report.assign(shown=report["children"].astype("str") + most + shares), keys, span, "0", language
    )
    for member in members:
        sides[member] = sides[member].map(dict(zip(table[member], _label(table, member), strict=True)))
    indicator = say("col_indicator", language)
    headings = {**group, **dict.fromkeys(members, indicator), **years}
    if narrow:
        sides, headings = stacked(
            sides, headings, {**({next(iter(group)): list(group)[1:]} if group else {}), members[0]: members[1:]}
        )
        headings[members[0]] = indicator
    show_table(console, sides, headings, Layout(right=list(years)), title=say(f"over_{kind.name}", language))


def _show(console: Console, frame: pd.DataFrame, headings: dict[str, str], *, title: str, right: Sequence[str]) -> None:
    """Print a table; the columns of its groups stand below each other in a window that is not wide."""
    group = [name for name in headings if name.endswith("_label")]
    if len(group) > 1 and console.width < _WIDE:
        first, *rest = group
        frame, headings = stacked(frame, headings, {first: rest})
    show_table(console, frame, headings, Layout(right=right), title=title)


def _label(frame: pd.DataFrame, member: str) -> pd.Series:
    number, name = (member, f"{member}_name") if member else ("number", "name")
    return frame[number].astype("str") + " " + frame[name]


def _show_combinations(screen: Screen, table: pd.DataFrame, kind: _Kind, top: int) -> None:
    """Print the `top` pairs or triples (of each group)."""
    console, language = screen.console, screen.language
    members, group = kind.members, group_names(screen.survey, table, language)
    shown = table.groupby(list(group), sort=False).head(top) if group else table.head(top)
    if shown.empty:
        console.print(say(f"overlap_{kind.name}_none", language))
        return
    shown = mark_withheld_counts(shown, language).assign(
        **{f"{member}_told": _label(shown, member) for member in members},
        expected=_decimal(shown["expected"]),
        lift=_decimal(shown["lift"]),
    )
    headings = {**group, **{f"{member}_told": say("col_indicator", language) for member in members}}
    figures = ("children", "share", "possible", "expected", "lift")
    headings |= {name: say(f"col_{name}", language) for name in figures}
    shares: tuple[str, ...] = ("share",)
    if len(members) == 2:
        shares = ("share", "second_of_first", "first_of_second")
        headings |= {name: say(f"col_{name}", language) for name in shares[1:]}
    if console.width < _WIDE:
        first, *others = (f"{member}_told" for member in members)
        below = {next(iter(group)): list(group)[1:]} if group else {}
        conditional, shares = shares[1:], shares[:1]
        shown = shown.assign(**{name: [percent(value, language) for value in shown[name]] for name in conditional})
        named = (*conditional, "expected")
        shown, headings = stacked(shown, headings, {**below, first: [*others, *named]}, named=named)
        headings[first] = say("col_indicator", language)
    show_table(
        console,
        shown,
        headings,
        Layout(percent=shares, right=tuple(name for name in _FIGURES if name in headings)),
        title=say(f"overlap_{kind.name}", language),
    )
