"""Indicators that occur together, as text."""

from __future__ import annotations

import pandas as pd
from rich.console import Console

from cpms_cli.reports.document_cells import NOT_COMPUTED
from cpms_cli.reports.handed import count_text, counts_told
from cpms_cli.reports.terminal import show_table, stacked
from cpms_cli.summaries.overlap import Overlap
from cpms_cli.survey.definition import Language
from cpms_cli.survey.era import shown_year
from cpms_cli.survey.messages import say

_WIDE = 140  # in a narrower window, a pair stands in two lines, and some figures only in the files


def show_overlap(console: Console, found: Overlap, by: str | None, top: int, language: Language, *,
                 triples: bool = True) -> None:  # fmt: skip
    """Print the numbers of indicators, each indicator's company, and the `top` pairs, and unless they are left out,
    triples (of each group)."""
    area = f"{found.name} ({found.area})" if found.area else say("overlap_everywhere", language)
    console.print(say("overlap_title", language, name=area, round=shown_year(found.round, language),
                      children=count_text(found.children, language)), style="bold")  # fmt: skip
    group = {f"{by}_label": say("col_broken_by", language)} if by else {}
    numbers = ("certain", "possible", "at_least", "at_most")
    show_table(console, counts_told(found.numbers, language), {**group, "number": say("col_number", language),
                                        **{name: say(f"col_{name}", language) for name in numbers}},
               title=say("overlap_numbers", language), right=("number", *numbers))  # fmt: skip
    console.print(say("overlap_bounds", language))
    single = counts_told(found.single[found.single["yes"].ne(0).fillna(True)], language)
    single = single.assign(label=_label(single, ""), mean=_decimal(single["mean_others"]))
    company = ("yes", "alone", "with_one", "with_two", "with_three_or_more", "mean")
    show_table(console, single, {**group, "label": say("col_indicator", language),
                                 **{name: say(f"col_{name}", language) for name in company}},
               title=say("overlap_single", language), right=company)  # fmt: skip
    _show_combinations(console, found.pairs, ("first", "second"), "overlap_pairs", group, top, language)
    if triples:
        _show_combinations(
            console, found.triples, ("first", "second", "third"), "overlap_triples", group, top, language
        )
    console.print(say("overlap_lift", language))


def _decimal(figures: pd.Series) -> list[str]:
    return [NOT_COMPUTED if pd.isna(one) else f"{one:.1f}" for one in figures]


def _label(frame: pd.DataFrame, member: str) -> pd.Series:
    number, name = (member, f"{member}_name") if member else ("number", "name")
    return frame[number].astype("str") + " " + frame[name]


def _show_combinations(
    console: Console, table: pd.DataFrame, members: tuple[str, ...], title: str, group: dict[str, str], top: int,
    language: Language,
) -> None:  # fmt: skip
    shown = table.groupby(list(group), sort=False).head(top) if group else table.head(top)
    if shown.empty:
        console.print(say(f"{title}_none", language))
        return
    shown = counts_told(shown, language).assign(
        **{f"{member}_told": _label(shown, member) for member in members},
        expected=_decimal(shown["expected"]), lift=_decimal(shown["lift"]),
    )  # fmt: skip
    headings = {**group, **{f"{member}_told": say("col_indicator", language) for member in members}}
    figures = ("children", "share", "possible", "expected", "lift")
    headings |= {name: say(f"col_{name}", language) for name in figures}
    shares: tuple[str, ...] = ("share",)
    if len(members) == 2:
        shares = ("share", "second_of_first", "first_of_second")
        headings |= {name: say(f"col_{name}", language) for name in shares[1:]}
    if console.width < _WIDE:
        first, *others = (f"{member}_told" for member in members)
        shown, headings = stacked(shown, headings, {first: others})
        headings = {name: heading for name, heading in headings.items() if name not in ("expected", *shares[1:])}
        headings[first] = say("col_indicator", language)
    show_table(console, shown, headings, title=say(title, language), percent=shares,
               right=("children", "possible", "expected", "lift"))  # fmt: skip
