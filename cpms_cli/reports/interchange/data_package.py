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

from cpms_cli.survey.model.definition import Language, Survey
from cpms_cli.writing.files import csv_text

PROFILE = "https://datapackage.org/profiles/2.0/datapackage.json"
_FILE, _STAMP = "children.csv", (1980, 1, 1, 0, 0, 0)
_NUMBERS = ("integer", "number", "year")
_TYPES = {"integer": "integer", "number": "number", "year": "year", "string": "string", "date": "string"}


def _field(survey: Survey, name: str, language: Language) -> dict[str, Any]:
    indicator = next((indicator for indicator in survey.indicators if indicator.column == name), None)
    if indicator is not None:
        label = f"{indicator.number} {indicator.name.in_(language)}"
        return {
            "name": name,
            "type": "string",
            "title": label,
            "description": indicator.definition.in_(language),
            "categories": ["yes", "no", "unknown", "n/a", "not_asked"],
        }
    if name in ("level", "highest"):
        levels = [{"value": level.id, "label": level.label.in_(language)} for level in survey.levels]
        return {"name": name, "type": "string", "categories": levels}
    field = survey.fields.get(name)
    if field is None:
        return {"name": name, "type": "string"}
    codes = survey.codes(field)
    known = {"title": field.label.in_(language), "description": field.question.in_(language)}
    if codes is not None:
        every = {**codes.by_code, **survey.codelists["missing"].by_code}
        listed = [{"value": code, "label": entry.label.in_(language)} for code, entry in every.items()]
        return {"name": name, "type": "string", **known, **({} if field.many else {"categories": listed})}
    # What is not known stands as a word in these columns too: unknown is not blank.
    missing = ["", *survey.missing_words] if field.type in _NUMBERS else [""]
    return {"name": name, "type": _TYPES[field.type], **known, "missingValues": missing}


def package_bytes(survey: Survey, frame: pd.DataFrame, language: Language, about: dict[str, Any]) -> bytes:
    """A zip with `children.csv` and `datapackage.json`; `about` is put into the descriptor (as `name`, `title`).

    Columns that were made coarser hold text, and are described as text.
    """
    fields = [_field(survey, str(name), language) for name in frame]
    for field in fields:
        if field["type"] in _NUMBERS:
            written = frame[field["name"]].dropna()
            words = set(written[pd.to_numeric(written, errors="coerce").isna()])
            field["type"] = "string" if words - set(survey.missing_words) else field["type"]
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
