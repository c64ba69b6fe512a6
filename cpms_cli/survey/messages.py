"""Sentences of the tool by id, in the user's language."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from cpms_cli.survey.definition import Language
from cpms_cli.survey.documents import read_yaml
from cpms_cli.survey.language import chosen_language
from cpms_cli.survey.location import shipped

__all__ = ["chosen_language", "knows", "say"]


@cache
def _catalogue(folder: Path) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    for path in sorted((folder / "messages").glob("*.yaml")):
        content: dict[str, Any] = read_yaml(folder, f"messages/{path.name}").content
        found.update(content)
    return found


def knows(message_id: str) -> bool:
    """Whether there is a sentence of this id."""
    return message_id in _catalogue(shipped("schemas"))


def say(message_id: str, language: Language, **values: object) -> str:
    """The sentence of this id with its placeholders filled in. The catalogue is the shipped one, so that an error
    in a province's own definition can still be told."""
    words = _catalogue(shipped("schemas"))[message_id]
    text = words[language]
    for name, value in values.items():
        if value == "":
            # A CSV has no sheet: nor is there room for its name.
            text = text.replace(f" {{{name}}}", "")
        text = text.replace(f"{{{name}}}", str(value))
    return text
