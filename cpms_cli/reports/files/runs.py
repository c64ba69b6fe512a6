"""Scorings made again, and a change of rules tried on a store, as text."""

from __future__ import annotations

import pandas as pd
from rich.console import Console

from cpms_cli.reports.scores import level_labels, show_scores
from cpms_cli.reports.terminal import Layout, Screen, show_table, stacked
from cpms_cli.scoring.runs import ScoredAgain
from cpms_cli.scoring.trials.definition_comparison import Comparison
from cpms_cli.survey.era import shown_year
from cpms_cli.survey.messages import say
from cpms_cli.survey.model.definition import Language, Survey

_WIDE, _LISTED = 140, 50
DIGEST = 12  # letters of a definition's digest that tell it from others


def show_again(console: Console, again: ScoredAgain, language: Language) -> None:
    """Print the figures of an earlier run, and where they are not what they were."""
    record = again.record
    console.print(
        say("run_title", language, run=record.run, digest=record.definition[:DIGEST], batch=record.last_batch),
        style="bold",
    )
    show_scores(Screen(console, again.survey, language), again.scores)
    console.print(say("run_identifiers", language))
    if again.differences.empty:
        console.print(say("run_same", language))
        return
    console.print(say("run_differs", language, run=record.run))
    shown = again.differences.assign(
        round=[shown_year(int(year), language) for year in again.differences["round"]],
        level=level_labels(again.survey, language, again.differences["level"]),
    )
    names = ("round", "level", "then", "now")
    show_table(console, shown, {name: say(f"col_{name}", language) for name in names}, Layout(right=("then", "now")))


def show_comparison(console: Console, compared: Comparison, language: Language, all_of_them: str) -> None:
    """Print the flow between levels by round, the answers that change, and the children concerned.

    `all_of_them` is what one types to have the whole list, where it is too long to be shown.
    """
    before, after = compared.before, compared.after
    console.print(
        say("compare_title", language, before=before.digest[:DIGEST], after=after.digest[:DIGEST]), style="bold"
    )
    console.print(say("compare_sum", language, changed=len(compared.changed), children=compared.children))
    for year in sorted(compared.flow["round"].unique()):
        _show_flow(console, compared, int(year), language)
    if compared.indicators.empty and compared.changed.empty:
        console.print(say("compare_none", language))
        return
    _show_indicators(console, compared.indicators, language)
    _show_changed(console, compared, language, all_of_them)


def _show_flow(console: Console, compared: Comparison, year: int, language: Language) -> None:
    labels = {level.id: level.label.in_(language) for level in compared.after.levels}
    own = [level.id for level in compared.before.levels]
    flow = compared.flow[compared.flow["round"] == year].pivot(index="before", columns="after", values="children")
    flow = flow.reindex(index=own, columns=list(labels)).fillna(0).astype("int64").reset_index()
    flow["before"] = level_labels(compared.before, language, flow["before"])
    show_table(
        console,
        flow,
        {"before": "", **labels},
        Layout(right=list(labels)),
        title=say("compare_flow", language, round=shown_year(year, language)),
    )


def _show_indicators(console: Console, changes: pd.DataFrame, language: Language) -> None:
    if changes.empty:
        return
    shown = changes.assign(label=changes["number"].astype("str") + " " + changes["name"])
    for side in ("before", "after"):
        shown[side] = [say(f"answer_{answer}", language) for answer in changes[side]]
    headings = {"label": "indicator", "before": "before", "after": "after", "children": "children"}
    show_table(
        console,
        shown,
        {name: say(f"col_{key}", language) for name, key in headings.items()},
        Layout(right=("children",)),
        title=say("compare_indicators", language),
    )


def _show_changed(console: Console, compared: Comparison, language: Language, all_of_them: str) -> None:
    if compared.changed.empty:
        return
    person, round_ = (compared.before.role(role).name for role in ("person", "round"))
    shown = readable_changes(compared, language).head(_LISTED)
    shown[round_] = [shown_year(int(year), language) for year in shown[round_]]
    names = {"level": "before", "level_after": "after", "why_before": "why_before", "why_after": "why_after"}
    shown["level"] = shown["level_before"]
    headings = {
        person: compared.before.fields[person].label.in_(language),
        round_: say("col_round", language),
        **{name: say(f"col_{key}", language) for name, key in names.items()},
    }
    for side, level in (("before", "level"), ("after", "level_after")):
        same = shown[f"highest_{side}"] == shown[f"level_{side}"]
        highest = say("col_highest", language) + ": " + shown[f"highest_{side}"]
        shown[level] = shown[level].where(same, shown[level] + "\n" + highest)
        not_known = say("col_open", language) + ": " + shown[f"open_{side}"]
        reasons = shown[f"why_{side}"]
        both = reasons.where(reasons == "", reasons + "\n") + not_known
        shown[f"why_{side}"] = reasons.where(shown[f"open_{side}"] == "", both)
    if console.width < _WIDE:
        shown, headings = stacked(shown, headings, {person: (round_,), "why_before": ("why_after",)})
    show_table(console, shown, headings, Layout(tight=(person, round_)), title=say("compare_children", language))
    if len(compared.changed) > _LISTED:
        console.print(say("compare_more", language, shown=_LISTED, count=len(compared.changed), command=all_of_them))


def readable_comparison(compared: Comparison, language: Language) -> dict[str, pd.DataFrame]:
    """The tables of a comparison for people: levels and answers in words, each side under a name of its own."""
    sides = {"before": compared.before, "after": compared.after}
    flow = compared.flow.assign(**{side: level_labels(of, language, compared.flow[side]) for side, of in sides.items()})
    words = {side: [say(f"answer_{answer}", language) for answer in compared.indicators[side]] for side in sides}
    return {
        "flow": flow.rename(columns={side: f"level_{side}" for side in sides}),
        "indicators": compared.indicators.assign(**words).rename(columns={side: f"answer_{side}" for side in sides}),
        "children": readable_changes(compared, language),
    }


def readable_changes(compared: Comparison, language: Language) -> pd.DataFrame:
    """The changed children with the levels as labels."""
    sides: tuple[tuple[str, Survey], ...] = (("before", compared.before), ("after", compared.after))
    labels = {
        f"{name}_{side}": level_labels(survey, language, compared.changed[f"{name}_{side}"])
        for name in ("level", "highest")
        for side, survey in sides
    }
    return compared.changed.assign(**labels)
