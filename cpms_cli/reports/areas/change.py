"""Change over rounds as text: what became of cases, how children moved between levels, shares side by side."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import pandas as pd

from cpms_cli.reports.areas.comparability_notes import show_not_comparable
from cpms_cli.reports.areas.shares import ShareColumns, group_names, show_note, show_shares
from cpms_cli.reports.terminal import Layout, Screen, show_table, stacked
from cpms_cli.summaries.area.indicator import IndicatorChange
from cpms_cli.summaries.area.rights import RightsChange
from cpms_cli.summaries.rounds.change import AreaChange
from cpms_cli.summaries.rounds.round_pairs import CAME, GROWN, LEFT, NOT_SEEN
from cpms_cli.summaries.scope import Span
from cpms_cli.survey.era import shown_year
from cpms_cli.survey.messages import knows, say
from cpms_cli.survey.model.definition import Language

_WIDE = 150  # a narrower window has no room for a column per kind of case
_ALWAYS = ("before", "new", "continuing", "resolved", "now")
_CASES = (
    "before",
    "new",
    "reopened",
    "found_again",
    "moved_in",
    "continuing",
    "resolved",
    "outgrown",
    "unknown_now",
    "lost",
    "turned_18",
    "moved_away",
    "now",
)


def show_title(screen: Screen, span: Span, what: str) -> None:
    """Print what is told of which area over which rounds."""
    console, language = screen.console, screen.language
    area = f"{span.name} ({span.code})" if span.code else span.name
    rounds = ", ".join(shown_year(year, language) for year in span.rounds)
    console.print(say("over_rounds", language, what=what, area=area, rounds=rounds), style="bold")


def with_rounds(frame: pd.DataFrame, language: Language) -> pd.DataFrame:
    """The rows with `rounds_`, their round or their two rounds as they are written."""
    names = ["round"] if "round" in frame else ["from_round", "to_round"]
    years = [[shown_year(int(year), language) for year in frame[name]] for name in names]
    return frame.assign(rounds_=[" → ".join(pair_of_years) for pair_of_years in zip(*years, strict=True)])


def below_each_other(frame: pd.DataFrame, by: Sequence[str], language: Language) -> pd.DataFrame:
    """The rows in which `by` is the same one below the other, in the order in which they are, and with `rounds_`."""
    if by:
        frame = frame.loc[frame.groupby(list(by), sort=False).ngroup().sort_values(kind="stable").index]
    return with_rounds(frame, language)


def show_change(screen: Screen, change: AreaChange) -> None:
    """Print, for each pair of rounds (and groups), the cases of each indicator and the flow between levels."""
    console, survey, language = screen.console, screen.survey, screen.language
    span = change.span
    rounds = ", ".join(shown_year(year, language) for year in span.rounds)
    console.print(say("change_title", language, name=span.name, code=span.code, rounds=rounds), style="bold")
    labels = list(group_names(survey, change.cases, language))
    flows = dict(by_pair(change.flow, labels, language))
    for title, cases in by_pair(change.cases, labels, language):
        labelled = cases.assign(label=cases["number"].astype("str") + " " + cases["name"])
        show_cases(
            screen, labelled, {"label": say("col_indicator", language)}, f"{say('change_cases', language)}: {title}"
        )
        if title in flows:
            _show_flow(screen, flows[title], title)
    _say_zeros(screen)
    console.print(say("change_note", language))
    show_not_comparable(screen, change.not_comparable)


def _say_zeros(screen: Screen) -> None:
    """Say that what no case became is left out, where what became of cases stands in lines."""
    if screen.console.width < _WIDE:
        screen.console.print(say("zeros_left_out", screen.language))


def by_pair(frame: pd.DataFrame, labels: list[str], language: Language) -> Iterator[tuple[str, pd.DataFrame]]:
    """The rows of each pair of rounds, and of each group whose labels stand in `labels`, with a title."""
    for _, rows in with_rounds(frame, language).groupby(["from_round", "to_round", *labels], sort=False):
        group = ", ".join(str(rows[name].iloc[0]) for name in labels)
        yield str(rows["rounds_"].iloc[0]) + (f"  {group}" if labels else ""), rows


def show_cases(screen: Screen, cases: pd.DataFrame, keys: Mapping[str, str], title: str, words: str = "case") -> None:
    """Print what became of cases, behind the columns `keys`; a kind is named by the messages `words` has, else as a
    case. Rows without a case, and kinds that no case became, are left out."""
    console, language = screen.console, screen.language
    shown = cases[(cases["before"] > 0) | (cases["now"] > 0)]
    figures = [name for name in _CASES if name in _ALWAYS or shown[name].any()]
    words_of_figures = {name: f"{words}_{name}" if knows(f"{words}_{name}") else f"case_{name}" for name in figures}
    headings = {**keys, **{name: say(message, language) for name, message in words_of_figures.items()}}
    if console.width < _WIDE:
        # Too many columns for a window: what became of the cases stands in lines below the name.
        became = [name for name in figures if name not in ("before", "now")]
        shown = shown.assign(**{name: shown[name].astype("str").replace("0", "") for name in became})
        first, *rest = keys
        shown, headings = stacked(shown, headings, {first: [*rest, *became]}, named=became)
    right = [name for name in figures if name in headings]
    show_table(console, shown, headings, Layout(right=right), title=title)


def show_rounds(
    screen: Screen, rounds: pd.DataFrame, *, item: str = "", words: tuple[str, str] = ("yes", "no")
) -> None:
    """Print shares of several rounds below each other; `item` heads the column of what is counted, if any."""
    survey, language = screen.survey, screen.language
    keys = {**group_names(survey, rounds, language), "rounds_": say("col_round", language)}
    if item:
        keys = {"label": item, **keys}
    columns = [*(name.removesuffix("_label") for name in keys if name not in ("label", "rounds_")), "item"]
    show_shares(
        screen,
        below_each_other(rounds, columns, language),
        keys,
        ShareColumns(words=words, further={"change": say("col_change", language)}, signed=("change",)),
        title=say("figures_rounds", language),
    )
    show_note(screen)


def show_indicator_change(screen: Screen, change: IndicatorChange) -> None:
    """Print what became of the cases of one indicator from round to round, and its share in each."""
    console, survey, language = screen.console, screen.survey, screen.language
    show_title(screen, change.span, f"{change.number} {change.name}")
    console.print(change.definition)
    if (change.cases[["before", "now"]] == 0).all(axis=None):
        console.print(say("over_no_cases", language))
    else:
        keys = {"rounds_": say("col_rounds", language), **group_names(survey, change.cases, language)}
        show_cases(screen, with_rounds(change.cases, language), keys, say("over_became", language))
        _say_zeros(screen)
        console.print(say("change_note", language))
    show_rounds(screen, change.shares)
    show_not_comparable(screen, change.not_comparable)


def show_rights_change(screen: Screen, change: RightsChange) -> None:
    """Print who newly lacks a right, still lacks it or has it again, and the share that has it in each round."""
    console, survey, language = screen.console, screen.survey, screen.language
    show_title(screen, change.span, say("over_rights", language))
    right = say("col_right", language)
    for title, cases in by_pair(change.cases, list(group_names(survey, change.cases, language)), language):
        heading = f"{say('over_rights_cases', language)}: {title}"
        show_cases(screen, cases, {"name": right}, heading, words="lack")
    _say_zeros(screen)
    console.print(say("over_rights_note", language))
    show_rounds(screen, change.shares, item=right, words=("has", "lacks"))
    show_not_comparable(screen, change.not_comparable)


def _show_flow(screen: Screen, flow: pd.DataFrame, title: str) -> None:
    console, survey, language = screen.console, screen.survey, screen.language
    labels = {level.id: level.label.in_(language) for level in survey.levels}
    if console.width < _WIDE:
        _list_flow(screen, labels, flow, title)
        return
    title = f"{say('change_flow', language)}: {title}"
    stayed = flow[flow["place"] != LEFT]
    away = flow[flow["place"] == LEFT].groupby("from_level")["children"].sum()
    came = int(flow.loc[flow["place"] == CAME, "children"].sum())
    rows, columns = [*labels, NOT_SEEN], [*labels, NOT_SEEN, GROWN]
    matrix = stayed.pivot_table(index="from_level", columns="to_level", values="children", aggfunc="sum", fill_value=0)
    matrix = matrix.reindex(index=rows, columns=columns, fill_value=0).astype("int64")
    matrix["away"] = away.reindex(rows).fillna(0).astype("int64")
    matrix["total"] = matrix.sum(axis=1)
    matrix.loc["total"] = matrix.sum(axis=0)
    names = {**labels, NOT_SEEN: say("flow_not_seen_before", language), "total": say("flow_total", language)}
    table = matrix.reset_index(names="from_level")
    table["from_level"] = table["from_level"].map(names).astype("str")
    figures = [*columns, "away", "total"]
    table[figures] = table[figures].astype("str").replace("0", "·")
    headings = {
        "from_level": say("flow_from", language),
        **labels,
        NOT_SEEN: say("flow_not_seen_now", language),
        GROWN: say("case_turned_18", language),
        "away": say("case_moved_away", language),
        "total": say("flow_total", language),
    }
    show_table(console, table, headings, Layout(right=figures), title=title)
    if came:
        console.print(say("flow_came", language, count=came))


def _list_flow(screen: Screen, labels: dict[str, str], flow: pd.DataFrame, title: str) -> None:
    console, language = screen.console, screen.language
    before = {**labels, NOT_SEEN: say("flow_not_seen_before", language)}
    now = {**labels, NOT_SEEN: say("flow_not_seen_now", language), GROWN: say("case_turned_18", language)}
    places = {CAME: say("case_moved_in", language), LEFT: say("case_moved_away", language)}
    shown = flow.assign(
        before=flow["from_level"].map(before), now=flow["to_level"].map(now), moved=flow["place"].map(places).fillna("")
    )
    headings = {
        "before": say("flow_from", language),
        "now": say("case_now", language),
        "moved": "",
        "children": say("col_children", language),
    }
    show_table(
        console, shown, headings, Layout(right=("children",)), title=f"{say('change_flow_list', language)}: {title}"
    )
