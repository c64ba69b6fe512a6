"""With what children need help, and how many: on the terminal and in documents."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd
from rich.console import Console

from cpms_cli.reports.areas.handed import mark_withheld_counts
from cpms_cli.reports.document import Column, Part, TableBlock
from cpms_cli.reports.terminal import Layout, show_table
from cpms_cli.survey.messages import say
from cpms_cli.survey.model.definition import Language


def show_help_needed(console: Console, needed: pd.DataFrame, language: Language) -> None:
    """Print how many children need which help; nothing where no circumstance calls for any."""
    if needed.empty:
        return
    headings = {
        "label": say("col_needs_help", language),
        "children": say("col_children", language),
        "share": say("col_share", language),
        "unknown": say("col_unknown", language),
    }
    show_table(
        console,
        mark_withheld_counts(needed, language),
        headings,
        Layout(right=("children", "unknown"), percent=("share",)),
        title=say("area_help", language),
    )
    console.print(say("area_help_note", language))


def help_blocks(needed: pd.DataFrame, language: Language) -> Iterator[Part]:
    """Yield the same as a table of a document."""
    if needed.empty:
        return
    columns = (
        Column("label", say("col_needs_help", language)),
        Column("children", say("col_children", language), "count"),
        Column("share", say("col_share", language), "share"),
        Column("unknown", say("col_unknown", language), "count"),
    )
    yield TableBlock(say("area_help", language), needed, columns, say("area_help_note", language))
