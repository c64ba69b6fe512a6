"""Change over rounds as text."""

from __future__ import annotations

import pandas as pd
from rich.console import Console

from cpms_cli.reports.terminal import show_table
from cpms_cli.summaries.change import CAME, GROWN, LEFT, NOT_SEEN, AreaChange
from cpms_cli.survey.definition import Language, Survey
from cpms_cli.survey.era import shown_year
from cpms_cli.survey.messages import say

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
        shown = cases.assign(label=cases["number"].astype("str") + " " + cases["name"])
        shown = shown[(shown["before"] > 0) | (shown["now"] > 0)]
        headings = {"label": say("col_indicator", language), **{name: say(f"case_{name}", language) for name in _CASES}}
        show_table(console, shown, headings, title=f"{say('change_cases', language)}: {title}", right=_CASES)
        if key in flows:
            _show_flow(console, survey, flows[key], f"{say('change_flow', language)}: {title}", language)
    console.print(say("change_note", language))


def _show_flow(console: Console, survey: Survey, flow: pd.DataFrame, title: str, language: Language) -> None:
    labels = {level.id: level.label.in_(language) for level in survey.levels}
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
