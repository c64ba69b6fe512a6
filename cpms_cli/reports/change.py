"""Change over rounds as text."""

from __future__ import annotations

import pandas as pd
from rich.console import Console

from cpms_cli.reports.terminal import show_table, stacked
from cpms_cli.summaries.change import CAME, GROWN, LEFT, NOT_SEEN, AreaChange
from cpms_cli.survey.definition import Language, Survey
from cpms_cli.survey.era import shown_year
from cpms_cli.survey.messages import say

_WIDE = 150  # a narrower window has no room for a column per kind of case
_ALWAYS = ("before", "new", "continuing", "resolved", "now")
_CASES = (
    "before", "new", "reopened", "found_again", "moved_in", "continuing", "resolved", "outgrown", "unknown_now",
    "lost", "turned_18", "moved_away", "now",
)  # fmt: skip


def show_change(console: Console, survey: Survey, found: AreaChange, by: str | None, language: Language) -> None:
    """Print, for each pair of rounds (and group), the cases of each indicator and the flow between levels."""
    rounds = ", ".join(shown_year(year, language) for year in found.rounds)
    console.print(say("change_title", language, name=found.name, code=found.code, rounds=rounds), style="bold")
    keys = ["from_round", "to_round", *([f"{by}_label"] if by else [])]
    flows = dict(list(found.flow.groupby(keys, sort=False)))
    for key, cases in found.cases.groupby(keys, sort=False):
        first, last = (shown_year(int(cases[name].iloc[0]), language) for name in ("from_round", "to_round"))
        title = f"{first} → {last}" + (f"  {cases[keys[2]].iloc[0]}" if by else "")
        _show_cases(console, cases, title, language)
        if key in flows:
            _show_flow(console, survey, flows[key], title, language)
    console.print(say("change_note", language))


def _show_cases(console: Console, cases: pd.DataFrame, title: str, language: Language) -> None:
    shown = cases.assign(label=cases["number"].astype("str") + " " + cases["name"])
    shown = shown[(shown["before"] > 0) | (shown["now"] > 0)]
    figures = [name for name in _CASES if name in _ALWAYS or shown[name].any()]
    headings = {"label": say("col_indicator", language), **{name: say(f"case_{name}", language) for name in figures}}
    if console.width < _WIDE:
        # Too many columns for a window: what became of the cases stands in lines below the indicator's name.
        became = [name for name in figures if name not in ("before", "now")]
        shown = shown.assign(**{name: shown[name].astype("str").replace("0", "") for name in became})
        shown, headings = stacked(shown, headings, {"label": became}, named=became)
    right = [name for name in figures if name in headings]
    show_table(console, shown, headings, title=f"{say('change_cases', language)}: {title}", right=right)


def _show_flow(console: Console, survey: Survey, flow: pd.DataFrame, title: str, language: Language) -> None:
    labels = {level.id: level.label.in_(language) for level in survey.levels}
    if console.width < _WIDE:
        _list_flow(console, labels, flow, title, language)
        return
    title = f"{say('change_flow', language)}: {title}"
    here = flow[flow["place"] != LEFT]
    away = flow[flow["place"] == LEFT].groupby("from_level")["children"].sum()
    came = int(flow.loc[flow["place"] == CAME, "children"].sum())
    rows, columns = [*labels, NOT_SEEN], [*labels, NOT_SEEN, GROWN]
    matrix = here.pivot_table(index="from_level", columns="to_level", values="children", aggfunc="sum", fill_value=0)
    matrix = matrix.reindex(index=rows, columns=columns, fill_value=0).astype("int64")
    matrix["away"] = away.reindex(rows).fillna(0).astype("int64")
    matrix["total"] = matrix.sum(axis=1)
    matrix.loc["total"] = matrix.sum(axis=0)
    names = {**labels, NOT_SEEN: say("flow_not_seen_before", language), "total": say("flow_total", language)}
    table = matrix.reset_index(names="from_level")
    table["from_level"] = table["from_level"].map(names).astype("str")
    figures = [*columns, "away", "total"]
    table[figures] = table[figures].astype("str").replace("0", "·")
    headings = {"from_level": say("flow_from", language), **labels, NOT_SEEN: say("flow_not_seen_now", language),
                GROWN: say("case_turned_18", language), "away": say("case_moved_away", language),
                "total": say("flow_total", language)}  # fmt: skip
    show_table(console, table, headings, title=title, right=figures)
    if came:
        console.print(say("flow_came", language, count=came))


def _list_flow(
    console: Console, labels: dict[str, str], flow: pd.DataFrame, title: str, language: Language
) -> None:
    before = {**labels, NOT_SEEN: say("flow_not_seen_before", language)}
    now = {**labels, NOT_SEEN: say("flow_not_seen_now", language), GROWN: say("case_turned_18", language)}
    places = {CAME: say("case_moved_in", language), LEFT: say("case_moved_away", language)}
    shown = flow.assign(before=flow["from_level"].map(before), now=flow["to_level"].map(now),
                        moved=flow["place"].map(places).fillna(""))  # fmt: skip
    headings = {"before": say("flow_from", language), "now": say("case_now", language), "moved": "",
                "children": say("col_children", language)}  # fmt: skip
    show_table(console, shown, headings, title=f"{say('change_flow_list', language)}: {title}", right=("children",))
