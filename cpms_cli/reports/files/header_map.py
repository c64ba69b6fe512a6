"""A draft of a map of headers, for people and for scripts."""

from __future__ import annotations

from typing import Any

import pandas as pd
from rich.console import Console

from cpms_cli.checking.drafting.drafted_map import MAP_COLUMNS
from cpms_cli.reading.header.mapping import FIELD, UNDECIDED, leave_out
from cpms_cli.reports.terminal import NARROW, show_table, stacked
from cpms_cli.survey.messages import say, wordings
from cpms_cli.survey.model.definition import Language
from cpms_cli.writing.files import records


def counts(drafted: pd.DataFrame) -> dict[str, int]:
    """How many headers there are, are known, wait for a decision, and are not read."""
    near = drafted[FIELD].str.startswith(UNDECIDED)
    left = drafted[FIELD].isin(["", *wordings("map_leave_out")])
    known = ~near & ~left
    return {"count": len(drafted), "known": int(known.sum()), "near": int(near.sum()), "left": int(left.sum())}


def document(drafted: pd.DataFrame, answers: pd.DataFrame) -> dict[str, Any]:
    """The JSON document of a draft."""
    return {
        "schema_version": 1,
        "exit_code": 0,
        "error": None,
        "counts": counts(drafted),
        "headers": records(drafted),
        "answers": records(answers),
    }


def show(console: Console, drafted: pd.DataFrame, answers: pd.DataFrame, language: Language) -> None:
    """Print the draft, and what to do with it."""
    shown, headings = drafted, {name: say(f"col_{name}", language) for name in MAP_COLUMNS}
    if console.width < NARROW:
        shown, headings = stacked(shown, headings, {"field": ("label",)})
    show_table(console, shown, headings)
    tell_counts(console, drafted, answers, language)


def tell_counts(
    console: Console, drafted: pd.DataFrame, answers: pd.DataFrame, language: Language, *, in_workbook: bool = False
) -> None:
    """Print how many headers and answers wait for a decision, and what to do: in the workbook, where one is written."""
    words = ("map_sum_workbook", "map_answers_sum_workbook") if in_workbook else ("map_sum", "map_answers_sum")
    console.print(say(words[0], language, leave_out=leave_out(language), **counts(drafted)))
    if len(answers):
        console.print(say(words[1], language, count=len(answers), cells=int(answers["count"].sum())))
