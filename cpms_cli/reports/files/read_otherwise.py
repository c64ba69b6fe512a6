"""How values were read: what decided it for a column, and what was read otherwise than written."""

from __future__ import annotations

import pandas as pd
from rich.console import Console

from cpms_cli.reports.terminal import Layout, show_table
from cpms_cli.survey.messages import say
from cpms_cli.survey.model.definition import Language
from cpms_cli.survey.plain_text import differing, plain_text

_EXAMPLES = 3
_TEXT_SIGNS = ("=", "'")


def _example(written: str, read: str, blank: str, language: Language) -> str:
    """A text and what it became; where the two look the same, which characters differ."""
    if read != written and plain_text(written) == read and written.strip()[:1] not in _TEXT_SIGNS:
        return say("changes_characters", language, read=read, characters=differing(written, read))
    return say("changes_example", language, written=written, read=read or blank)


def grouped_changes(changes: pd.DataFrame, language: Language) -> pd.DataFrame:
    """One line per file, sheet, column and reason: count of cells, and the commonest texts with what they became."""
    blank = say("changes_blank", language)
    worded = changes.assign(
        example=[
            _example(written, read, blank, language)
            for written, read in zip(changes["written"], changes["read"], strict=True)
        ],
        sheet=changes["sheet"].astype("object").fillna(""),
    ).sort_values("count", ascending=False, kind="stable")
    cause = ["file", "sheet", "column", "field", "reason"]
    examples = worded.groupby(cause, sort=False).head(_EXAMPLES).groupby(cause, sort=False)["example"].agg(", ".join)
    groups = worded.groupby(cause, sort=False)
    lines = pd.concat([groups["count"].sum(), examples.rename("example"), groups.size().rename("texts")], axis=1)
    lines = lines.reset_index()
    lines["example"] += lines["texts"].gt(_EXAMPLES).map({True: ", …", False: ""})
    lines["reason"] = [say(f"reason_{reason}", language) for reason in lines["reason"]]
    order = {column: place for place, column in enumerate(dict.fromkeys(changes["column"]))}
    return lines.sort_values("column", key=lambda names: names.map(order), kind="stable").reset_index(drop=True)


def show_changes(console: Console, changes: pd.DataFrame, language: Language) -> None:
    """Print what was read otherwise than written, a table for each sheet."""
    if changes.empty:
        console.print(say("changes_none", language))
        return
    headings = {
        name: say(f"col_{key}", language)
        for name, key in (("column", "column"), ("count", "count"), ("reason", "reason"), ("example", "written_read"))
    }
    for (file, sheet), part in grouped_changes(changes, language).groupby(["file", "sheet"], sort=False):
        title = f"{say('changes_title', language)}: {say('validate_title', language, file=file, sheet=sheet)}"
        show_table(console, part, headings, Layout(right=("count",)), title=title)
    console.print(say("changes_sum", language, count=int(changes["count"].sum())))
