"""Where the definition and the sample files lie: inside the installed package, or beside it in a checkout."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from cpms_cli.errors import DefinitionError

PACKAGE = Path(__file__).resolve().parent.parent.parent
LOCALES = PACKAGE / "locales"
"""The folder of what belongs to a language: its help, and its words for the breaking of lines."""


@cache
def shipped(folder: str) -> Path:
    """The folder of this name that ships with the tool.

    Raises DefinitionError where neither the package nor the checkout around it has one.
    """
    for place in (PACKAGE / folder, PACKAGE.parent / folder):
        if place.is_dir():
            return place
    raise DefinitionError("definition_missing", folder=folder)
