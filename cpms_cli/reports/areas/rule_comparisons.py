"""The rules judged, on the terminal: levels by group and their gaps, twins, and what later rounds say."""

from __future__ import annotations

import pandas as pd
from rich.console import Console

from cpms_cli.reports.terminal import Layout, show_table, stacked
from cpms_cli.summaries.fairness.later_rounds import ALL, Foretold
from cpms_cli.summaries.fairness.level_gaps import EVERYBODY, Fairness
from cpms_cli.survey.era import shown_year
from cpms_cli.survey.messages import say
from cpms_cli.survey.model.definition import Language, Survey

_DASH = "–"
_WIDE = 110


def show_fairness(console: Console, survey: Survey, compared: Fairness, language: Language) -> None:
    """Print the levels of each group, the gaps, which rules make the severe levels, and twins with other papers."""
    severe = next(level.label.in_(language) for level in survey.levels if level.id == survey.fairness.severe)
    round_ = shown_year(compared.scope.round, language)
    console.print(say("fairness_title", language, area=compared.scope.name, round=round_), style="bold")
    console.print(say("rules_office_only", language))
    names = {level.id: level.label.in_(language) for level in survey.levels}
    headings = {
        "group_label": say("col_group", language),
        "part_label": say("col_part", language),
        "children": say("col_children", language),
        **names,
        "share_": say("fairness_share", language, level=severe),
    }
    shown = compared.levels.assign(share_=_interval(compared.levels, "share", "low", "high"))
    counts = ("children", *names)
    show_table(
        console, _once(shown), headings, Layout(right=counts), title=say("fairness_levels", language, level=severe)
    )
    _show_gaps(console, survey, compared, language)
    _show_rules(console, compared.rules, language)
    _show_twins(console, compared.twins, language)


def _show_gaps(console: Console, survey: Survey, compared: Fairness, language: Language) -> None:
    gaps = compared.gaps
    signed = [f"{100 * gap:+.1f} ({100 * low:+.1f} – {100 * high:+.1f})" for gap, low, high in _rows(gaps, "gap")]
    few = gaps["judged"].map({True: "", False: say("fairness_few", language)})
    shown = gaps.assign(
        against=gaps["part_label"] + " / " + gaps["reference_label"],
        severe_=_of(gaps, "severe", "children"),
        reference_=_of(gaps, "reference_severe", "reference_children"),
        gap_=signed,
        few=few,
    )
    headings = {
        "group_label": say("col_group", language),
        "against": say("col_against", language),
        "severe_": say("col_severe_of", language),
        "reference_": say("col_reference_severe_of", language),
        "gap_": say("col_gap", language),
        "few": say("col_note", language),
    }
    show_table(console, _once(shown), headings, title=say("fairness_gaps", language))
    confidence = f"{survey.figures.confidence * 100:g}"
    console.print(say("fairness_gaps_note", language, confidence=confidence, at_least=survey.fairness.at_least))


def _show_rules(console: Console, rules: pd.DataFrame, language: Language) -> None:
    headings = {
        "group_label": say("col_group", language),
        "part_label": say("col_part", language),
        "level_label": say("col_level", language),
        "rule": say("col_rule_words", language),
        "children": say("col_children", language),
        "share": say("fairness_of_part", language),
    }
    show_table(
        console,
        _once(rules, "part_label", "level_label"),
        headings,
        Layout(right=("children",), percent=("share",)),
        title=say("fairness_rules", language),
    )


def _show_twins(console: Console, twins: pd.DataFrame, language: Language) -> None:
    counts = ("children", "lifted", "lowered", "possible_differs", "level_differs")
    headings = {
        "twin_label": say("col_twin", language),
        **{name: say(f"col_{name}", language) for name in counts},
        "share": say("col_share", language),
    }
    show_table(
        console, twins, headings, Layout(right=counts, percent=("share",)), title=say("fairness_twins", language)
    )
    console.print(say("fairness_twins_note", language))


def show_beyond(fairness: Fairness, limit: float, language: Language) -> str:
    """Return what is said of gaps larger than a limit: how many are and were judged, how many intervals reach it."""
    beyond, judged = fairness.beyond(limit), fairness.gaps[fairness.gaps["judged"]]
    reaching = (judged["low"] < -limit) | (judged["high"] > limit)
    counts = {"judged": len(judged), "gaps": len(fairness.gaps), "reaching": int(reaching.sum())}
    message = "fairness_beyond" if beyond else "fairness_within"
    return say(message, language, count=beyond, limit=f"{100 * limit:g}", **counts)


def show_foretold(console: Console, survey: Survey, foretold: Foretold, language: Language) -> None:
    """Print what later rounds say of the children at each level, the figures made of it, and these by group."""
    later = ", ".join(shown_year(year, language) for year in foretold.rounds)
    round_ = shown_year(foretold.scope.round, language)
    console.print(say("foretold_title", language, area=foretold.scope.name, round=round_, later=later), style="bold")
    console.print(say("rules_office_only", language))
    counts = ("children", "yes", "no", "unknown", "not_applicable", "not_found", "not_surveyed")
    words = {"not_applicable": "col_na", "not_found": "col_not_found_again", "not_surveyed": "col_not_surveyed"}
    headings = {
        "outcome_label": say("col_outcome", language),
        "label": say("col_level", language),
        **{name: say(words.get(name, f"col_{name}"), language) for name in counts},
    }
    title = say("foretold_levels", language, later=later)
    if console.width < _WIDE:
        outcome = headings.pop("outcome_label")
        for label, levels in foretold.levels.groupby("outcome_label", sort=False):
            show_table(console, levels, headings, Layout(right=counts), title=f"{title} – {outcome}: {label}")
    else:
        show_table(console, _once(foretold.levels, "outcome_label"), headings, Layout(right=counts), title=title)
    everybody = foretold.figures["group"] == EVERYBODY
    severe = next(level.label.in_(language) for level in survey.levels if level.id == survey.fairness.severe)
    title = say("foretold_figures", language, level=severe)
    _show_figures(console, foretold.figures[everybody], ("of_",), title, language)
    by_group = foretold.figures[~everybody & (foretold.figures["of"] == ALL)]
    keys = ("group_label", "part_label")
    _show_figures(console, by_group, keys, say("foretold_groups", language), language)
    confidence = f"{survey.figures.confidence * 100:g}"
    console.print(say("foretold_note", language, confidence=confidence))


def _show_figures(
    console: Console, figures: pd.DataFrame, keys: tuple[str, ...], title: str, language: Language
) -> None:
    not_known = figures["visited_not_known"] + figures["others_not_known"]
    known = figures["visited_harmed"] + figures["missed"] + figures["visited_unharmed"] + figures["left_alone"]
    shown = figures.assign(
        of_=[say(f"foretold_{of}", language) for of in figures["of"]],
        harmed=figures["visited_harmed"] + figures["missed"],
        known=known,
        not_known=not_known,
        sensitivity_=_interval(figures, "sensitivity", "sensitivity_low", "sensitivity_high"),
        bounds_=_between(figures, "sensitivity_least", "sensitivity_most"),
        specificity_=_interval(figures, "specificity", "specificity_low", "specificity_high"),
        visits_=_visits(figures),
    )
    labels = {"of_": "col_of", "group_label": "col_group", "part_label": "col_part"}
    counts = ("known", "harmed", "not_known")
    headings = {
        "outcome_label": say("col_outcome", language),
        **{name: say(labels[name], language) for name in keys},
        **{name: say(f"col_foretold_{name}", language) for name in counts},
        "sensitivity_": say("col_sensitivity", language),
        "bounds_": say("col_sensitivity_bounds", language),
        "specificity_": say("col_specificity", language),
        "visits_": say("col_visits_per_harm", language),
    }
    shown = _once(shown, "outcome_label", *keys[:-1])
    if console.width < _WIDE:
        # An interval that is cut is worse than none.
        shown, headings = stacked(
            shown, headings, {"sensitivity_": ("bounds_",), "specificity_": ("visits_",)}, ("bounds_", "visits_")
        )
    show_table(console, shown, headings, Layout(right=counts), title=title)


def _once(shown: pd.DataFrame, *names: str) -> pd.DataFrame:
    """Return the rows without what the row above says already, from the left: of `group_label` or the named columns."""
    columns = list(names or ("group_label",))
    if "group_label" in shown and "part_label" in columns:
        columns.insert(0, "group_label")
    blank = shown.copy()
    for number, name in enumerate(columns):
        again = (shown[columns[: number + 1]] == shown[columns[: number + 1]].shift()).all(axis="columns")
        blank[name] = shown[name].mask(again, "")
    return blank


def _rows(frame: pd.DataFrame, name: str, low: str = "low", high: str = "high") -> list[tuple[float, float, float]]:
    return list(zip(frame[name], frame[low], frame[high], strict=True))


def _interval(frame: pd.DataFrame, name: str, low: str, high: str) -> list[str]:
    return [
        _DASH if pd.isna(share) else f"{100 * share:.1f} %\n({100 * least:.1f}–{100 * most:.1f})"
        for share, least, most in _rows(frame, name, low, high)
    ]


def _between(frame: pd.DataFrame, low: str, high: str) -> list[str]:
    pairs = zip(frame[low], frame[high], strict=True)
    return [
        _DASH if pd.isna(least) or pd.isna(most) else f"{100 * least:.0f}–{100 * most:.0f} %" for least, most in pairs
    ]


def _visits(frame: pd.DataFrame) -> list[str]:
    return [
        _DASH if pd.isna(visits) else f"{visits:.1f}\n({least:.1f}–{most:.1f})"
        for visits, least, most in _rows(frame, "visits_per_harm", "visits_per_harm_low", "visits_per_harm_high")
    ]


def _of(frame: pd.DataFrame, part: str, whole: str) -> list[str]:
    return [f"{count}/{total}" for count, total in zip(frame[part], frame[whole], strict=True)]
