"""Why a level is what it is, as text and as a JSON document."""

from __future__ import annotations

from typing import Any

import pandas as pd
from rich.console import Console

from cpms_cli.reports.scores import document as tables_document
from cpms_cli.reports.scores import level_labels
from cpms_cli.reports.terminal import Layout, show_table, stacked
from cpms_cli.summaries.child.why import ChildWhy, Why
from cpms_cli.survey.era import shown_year
from cpms_cli.survey.messages import say
from cpms_cli.survey.model.definition import Language, Survey

_WIDE = 140  # in a narrower window, columns are laid below each other


def document(child: ChildWhy) -> dict[str, Any]:
    """One child's reasons as a JSON document."""
    about = {
        "cpms_id": child.cpms_id,
        "round": child.round,
        "level": child.level,
        "highest": child.highest,
        "age_min": child.ages[0],
        "age_max": child.ages[1],
        "standing": child.standing,
        "standing_why": child.standing_why,
    }
    return tables_document(child.why.tables, **about)


def _age(child: ChildWhy, language: Language) -> str:
    low, high = child.ages
    if low is None:
        return say("why_age_unknown", language)
    return say("why_age", language, age=low if low == high else f"{low}–{high}")


def show_why(console: Console, survey: Survey, child: ChildWhy, language: Language) -> None:
    """Print one child's rules, indicators and what one more answer would change."""
    labels = {level.id: level.label.in_(language) for level in survey.levels}
    console.print(
        say(
            "why_title",
            language,
            id=child.cpms_id,
            round=shown_year(child.round, language),
            age=_age(child, language),
            level=labels[child.level],
        ),
        style="bold",
    )
    if child.highest != child.level:
        console.print(say("why_could_be", language, highest=labels[child.highest]))
    if child.standing_why:
        console.print(f"{say('col_standing', language)}: {child.standing_why}")
    _show_what_if(console, child, language)
    columns = {
        name: say(f"col_{key}", language)
        for name, key in (
            ("level", "level"),
            ("rule", "rule_words"),
            ("holds", "holds"),
            ("answers", "answers"),
            ("not_known", "not_known"),
        )
    }
    rules = child.why.rules
    shown = rules.assign(
        level=level_labels(survey, language, rules["level"]).mask(rules["level"].duplicated(), ""),
        holds=_answers(rules["holds"], language),
    )
    _show(console, shown, columns, {"rule": ("answers", "not_known")}, say("why_rules", language))
    indicators = child.why.indicators
    named = indicators["number"].astype("str") + " " + indicators["name"]
    shown = indicators.assign(name=named, holds=_answers(indicators["answer"], language))
    columns = {
        "name": say("col_indicator", language),
        **{name: columns[name] for name in ("holds", "answers", "not_known")},
    }
    _show(
        console,
        shown,
        columns | {"holds": say("col_level_answer", language)},
        {"name": ("answers", "not_known")},
        say("why_indicators", language),
    )


def _show(
    console: Console, shown: pd.DataFrame, columns: dict[str, str], below: dict[str, tuple[str, ...]], title: str
) -> None:
    """A table whose further columns are laid below others in a narrow window."""
    if console.width < _WIDE:
        shown, columns = stacked(shown, columns, below, named=[name for names in below.values() for name in names])
    show_table(console, shown, columns, title=title)


def _answers(answers: pd.Series, language: Language) -> pd.Series:
    return answers.map({answer: say(f"answer_{answer}", language) for answer in answers.unique()}).astype("str")


def _about(child: ChildWhy, language: Language) -> pd.Series:
    lines = child.why.what_if["about_line"]
    own = child.line
    words = {
        line: say("why_of_child", language) if line == own else say("why_of_other", language, line=line)
        for line in lines.dropna().unique()
    }
    return lines.map(words).fillna(say("why_of_home", language)).astype("str")


def _show_what_if(console: Console, child: ChildWhy, language: Language) -> None:
    asked = child.why.what_if.assign(about=_about(child, language))
    worth = asked[asked["worth_asking"]]
    if worth.empty:
        console.print(say("why_settled", language))
    else:
        columns = {name: say(f"col_{name}", language) for name in ("question", "about", "was", "effect")}
        _show(console, worth, columns, {"question": ("about", "was")}, say("why_what_if", language))
    if len(asked) > len(worth) > 0:
        console.print(say("why_others", language, count=len(asked) - len(worth)))


def show_effects(console: Console, why: Why, language: Language) -> None:
    """Print, for each child of a line list, the questions worth asking and what each answer would do."""
    worth = why.what_if[why.what_if["worth_asking"]]
    if worth.empty:
        return
    shown = worth.assign(cpms_id=worth["cpms_id"].mask(worth[["cpms_id", "round"]].duplicated(), ""))
    columns = {"cpms_id": say("col_child", language)}
    columns |= {name: say(f"col_{name}", language) for name in ("question", "was", "effect")}
    show_table(console, shown, columns, Layout(tight=("cpms_id",)), title=say("why_what_if", language))
