"""The data dictionary that is written beside an exported file: a row for each of its columns."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

import pandas as pd

from cpms_cli.reports.interchange.variables import Variable
from cpms_cli.survey.messages import say
from cpms_cli.survey.model.definition import Language
from cpms_cli.writing.files import csv_bytes

NAME = "dictionary"
_ENDING = f".{NAME}.csv"


def dictionary_beside(path: Path) -> Path:
    """Return where the dictionary of a file stands.

    >>> dictionary_beside(Path("children.sav")).name
    'children.sav.dictionary.csv'
    """
    return path.with_name(f"{path.name}{_ENDING}")


def dictionary_table(variables: Iterable[Variable], language: Language) -> pd.DataFrame:
    """Return a row for each variable: its name, label, what it is of, its kind and measure, its answers, and what
    stands there instead of an answer."""
    rows = [
        {
            "variable": variable.name,
            "label": variable.label,
            "about": variable.about,
            "kind": say(f"kind_{variable.kind}", language),
            "measure": say(f"measure_{variable.measure}", language),
            "answers": _listed(variable.answers),
            "no_answers": _listed(variable.no_answers),
        }
        for variable in variables
    ]
    return pd.DataFrame(rows, dtype="str")


def dictionary_for_people(variables: Iterable[Variable], language: Language) -> pd.DataFrame:
    """Return the dictionary of a workbook in words: no name or code of a machine in it."""
    listed = list(variables)
    table = dictionary_table(listed, language).drop(columns=["variable", "measure"])
    words = {
        "answers": [variable.answers for variable in listed],
        "no_answers": [variable.no_answers for variable in listed],
    }
    return table.assign(**{name: [" | ".join(of.values()) for of in every] for name, every in words.items()})


def dictionary_bytes(variables: Iterable[Variable], language: Language) -> bytes:
    """Return a dictionary as CSV."""
    return csv_bytes({NAME: dictionary_table(variables, language)})


def _listed(words: Mapping[str, str]) -> str:
    return " | ".join(code if code == text else f"{text} = {code}" for code, text in words.items())
