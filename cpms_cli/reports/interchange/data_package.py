"""Records as a Frictionless Data Package: a zip of one CSV and the schema that says what each column means.

Specification: datapackage.org/standard (Data Package, Table Schema). Codes stay codes; `categories` lists them with
their labels, as version 2 of the standard has it.
"""

from __future__ import annotations

import io
import json
import zipfile
from typing import Any

import pandas as pd

from cpms_cli.reports.interchange.variables import NUMBERS, Variable, record_variables
from cpms_cli.survey.model.definition import Language, Survey
from cpms_cli.writing.files import csv_text

PROFILE = "https://datapackage.org/profiles/2.0/datapackage.json"
_FILE, _STAMP = "children.csv", (1980, 1, 1, 0, 0, 0)


def _described(survey: Survey, variable: Variable) -> dict[str, Any]:
    """Return the descriptor of a column. Codes stay codes, with their words; what is not known stands as a word in
    columns of numbers too: unknown is not blank."""
    asked = survey.fields.get(variable.name)
    words = {"title": variable.label, **({"description": variable.about} if variable.about else {})}
    if variable.kind in NUMBERS:
        kind = asked.type if asked is not None else variable.kind
        return {"name": variable.name, "type": kind, **words, "missingValues": ["", *variable.no_answers]}
    codes = {} if variable.kind == "choices" else {**variable.answers, **variable.no_answers}
    listed = [{"value": code, "label": text} for code, text in codes.items()]
    return {"name": variable.name, "type": "string", **words, **({"categories": listed} if listed else {})}


def package_bytes(survey: Survey, frame: pd.DataFrame, language: Language, about: dict[str, Any]) -> bytes:
    """A zip with `children.csv` and `datapackage.json`; `about` is put into the descriptor (as `name`, `title`).

    Columns that were made coarser are described by what they hold now.
    """
    fields = [_described(survey, variable) for variable in record_variables(survey, frame, language)]
    descriptor = {
        "$schema": PROFILE,
        **about,
        "resources": [
            {
                "name": "children",
                "type": "table",
                "path": _FILE,
                "format": "csv",
                "mediatype": "text/csv",
                "encoding": "utf-8",
                "schema": {"fields": fields, "missingValues": [""]},
            }
        ],
    }
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as bundle:
        described = json.dumps(descriptor, ensure_ascii=False, indent=2)
        for name, text in ((_FILE, csv_text(frame)), ("datapackage.json", described)):
            bundle.writestr(zipfile.ZipInfo(name, _STAMP), text.encode("utf-8"))
    return stream.getvalue()
