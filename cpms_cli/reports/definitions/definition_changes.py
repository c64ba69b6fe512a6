"""How two definitions differ, in words and for scripts."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import Any

import pandas as pd
from rich.console import Console

from cpms_cli.reports.terminal import show_table
from cpms_cli.survey.comparing.aspects import PartText
from cpms_cli.survey.comparing.changes import DefinitionChange
from cpms_cli.survey.era import shown_year
from cpms_cli.survey.messages import say
from cpms_cli.survey.model.definition import Language
from cpms_cli.survey.words import Words

_YEARS = ("since", "until", "skipped")


def show_definition_changes(
    console: Console, changes: Sequence[DefinitionChange], between: tuple[str, str], language: Language
) -> None:
    """Print the changes, a table for each part of the definition; `between` names the two definitions."""
    headings = {
        name: say(f"col_{key}", language)
        for name, key in (
            ("name", "name_in_definition"),
            ("label", "label_of_part"),
            ("change", "what_changed"),
            ("before", "before"),
            ("after", "after"),
        )
    }
    for part, of_part in groupby(changes, key=lambda change: change.part):
        rows = pd.DataFrame([_row(change, language) for change in of_part], columns=list(headings), dtype="str")
        show_table(console, rows, headings, title=say(f"diff_part_{part}", language))
    if changes:
        console.print(say("schema_differ", language, count=len(changes), before=between[0], after=between[1]))
    else:
        console.print(say("schema_same", language))


def _row(change: DefinitionChange, language: Language) -> dict[str, str]:
    aspect = say(f"aspect_{change.aspect}", language) if change.aspect else ""
    return {
        "name": change.name,
        "label": change.label.in_(language),
        "change": say(f"diff_{change.kind}", language, aspect=aspect),
        "before": _shown(change, change.before, language),
        "after": _shown(change, change.after, language),
    }


def _shown(change: DefinitionChange, text: PartText, language: Language) -> str:
    """A part before or after, in this language; of words that changed in the other language alone, both."""
    if not isinstance(text, Words):
        if text and change.aspect in _YEARS:
            return ", ".join(shown_year(int(year), language) for year in text.split(", "))
        return text or ""
    sides = (change.before, change.after)
    same = len({side.in_(language) if isinstance(side, Words) else side for side in sides}) == 1
    return " / ".join(text.written().values()) if same else text.in_(language)


def definition_changes_document(changes: Sequence[DefinitionChange]) -> list[dict[str, Any]]:
    """The changes as they stand in JSON: words in both languages, rounds as Gregorian years."""
    return [
        {
            "part": change.part,
            "kind": change.kind,
            "name": change.name,
            "label": _plain(change.label),
            "aspect": change.aspect,
            "before": _plain(change.before),
            "after": _plain(change.after),
        }
        for change in changes
    ]


def _plain(text: PartText) -> Any:
    return text.written() if isinstance(text, Words) else text
