"""Parts of the definition explained, for people and as JSON."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rich.padding import Padding

from cpms_cli.reports.terminal import Screen
from cpms_cli.survey.messages import say
from cpms_cli.survey.typed.explanation import Explained


def explained_document(explained: Sequence[Explained]) -> dict[str, Any]:
    """Return the parts of the definition as one JSON document."""
    parts = [
        {
            "kind": part.kind,
            "id": part.id,
            "name": part.name,
            "parts": [{"heading": heading, "text": text} for heading, text in part.parts],
        }
        for part in explained
    ]
    return {"schema_version": 1, "exit_code": 0, "error": None, "explained": parts}


def show_explained(screen: Screen, explained: Sequence[Explained]) -> None:
    """Print what each part means, a heading and a text below it."""
    console, language = screen.console, screen.language
    for number, part in enumerate(explained):
        if number:
            console.print()
        kind = say(f"explain_kind_{part.kind}", language)
        name = part.name if part.name == part.id else f"{part.name} ({part.id})"
        console.print(f"{kind}: {name}", style="bold")
        for heading, text in part.parts:
            console.print(Padding(f"{heading}: {text}", (0, 0, 0, 2), expand=False))
