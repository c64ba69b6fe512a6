"""Which rows of two files are one person, for people at a terminal and for scripts."""

from __future__ import annotations

from typing import Any

import pandas as pd
from rich.console import Console

from cpms_cli.linking.tables.file_pairs import LinkedFiles
from cpms_cli.linking.tables.held_columns import held_label
from cpms_cli.linking.tables.linked_tables import SURE
from cpms_cli.reports.terminal import Layout, show_table
from cpms_cli.survey.messages import say
from cpms_cli.survey.model.definition import Language, Survey
from cpms_cli.writing.files import records

_SHOWN = ("left", "right", "probability", "kind", "agrees", "differs")
_HEADINGS = {"kind": "column_pairs_kind"}
_MOST = 40  # pairs on a screen; the file has them all


def document(linked: LinkedFiles) -> dict[str, Any]:
    """Return the JSON document of linked files."""
    return {
        "schema_version": 1,
        "exit_code": linked.exit_code,
        "error": None,
        "files": list(linked.files),
        "automatic": linked.automatic,
        "review": len(linked.pairs) - linked.automatic,
        "rows": list(linked.rows),
        "without_pair": list(linked.without_pair),
        "sheets_not_read": list(linked.sheets_not_read),
        "no_records": linked.no_records,
        "fields": dict(linked.fields),
        "not_looked_at": list(linked.not_looked_at),
        "unread": [{"file": file, "header": header, "cells": cells} for (file, header), cells in linked.unread.items()],
        "pairs": records(linked.pairs),
    }


def in_words(pairs: pd.DataFrame, language: Language) -> pd.DataFrame:
    """Return the pairs as people read them: the kind in words."""
    words = {kind: say(f"link_{kind}", language) for kind in (SURE, "review")}
    return pairs.assign(kind=pairs["kind"].map(words).astype("str"))


def show(console: Console, linked: LinkedFiles, survey: Survey, language: Language) -> None:
    """Print what the columns hold, the pairs, and how many there are of each kind."""
    held = (f"{header} = {held_label(survey, held, language)}" for header, held in linked.fields.items())
    console.print(say("link_fields", language, fields="; ".join(held)))
    if linked.not_looked_at:
        console.print(say("link_not_looked_at", language, headers=", ".join(linked.not_looked_at)))
    if linked.sheets_not_read:
        console.print(say("link_sheets_not_read", language, sheets=", ".join(linked.sheets_not_read)))
    for (file, header), cells in linked.unread.items():
        console.print(say("link_unread", language, file=file, header=header, count=cells))
    if linked.no_records:
        console.print(say("link_no_records", language, count=linked.no_records))
    shown = in_words(linked.pairs.head(_MOST), language)
    if len(shown):
        further = [name for name in shown.columns if name not in _SHOWN]
        headings = {name: say(_HEADINGS.get(name, f"column_{name}"), language) for name in _SHOWN} | {
            name: name for name in further
        }
        show_table(console, shown, headings, Layout(right=("left", "right"), percent=("probability",)))
    if len(linked.pairs) > _MOST:
        console.print(say("link_more_pairs", language, count=len(linked.pairs) - _MOST))
    console.print(say("link_pairs", language, automatic=linked.automatic, review=len(linked.pairs) - linked.automatic))
    for file, rows, alone in zip(linked.files, linked.rows, linked.without_pair, strict=True):
        console.print(say("link_without_pair", language, file=file, rows=rows, count=alone))
