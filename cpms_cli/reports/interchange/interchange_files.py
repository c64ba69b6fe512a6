"""Records and figures as other systems take them: one writer for each kind of file."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from cpms_cli.errors import UsageError
from cpms_cli.reports.interchange.data_package import package_bytes
from cpms_cli.reports.interchange.people_labels import bytes_for_people
from cpms_cli.reports.interchange.spss_file import spss_bytes
from cpms_cli.summaries.records.child_records import Records
from cpms_cli.summaries.records.deidentification import HOME_ANSWERS
from cpms_cli.survey.messages import say
from cpms_cli.survey.model.definition import Language, Survey
from cpms_cli.survey.model.deidentification import AGE
from cpms_cli.writing.files import csv_text, write_bytes
from cpms_cli.writing.files import records as as_records

RecordWriter = Callable[[Survey, Records, Language], bytes]
FigureWriter = Callable[[Survey, pd.DataFrame, Language], bytes]

_PLAIN = (".csv", ".xlsx", ".parquet")
_CODE = "CPMS_I{number:02d}_{answer}"
_ANSWERS = {"yes": "YES", "no": "NO", "unknown": "UNKNOWN", "not_applicable": "NA"}
# https://hxlstandard.org/standard/dictionary/
_HXL = {
    "round": "#date+year",
    "area": "#adm3+code",
    "area_name": "#adm3+name",
    "indicator": "#indicator+code",
    "name": "#indicator+name",
    "yes": "#affected+children+yes+num",
    "no": "#affected+children+no+num",
    "unknown": "#affected+children+unknown+num",
    "not_applicable": "#affected+children+not_applicable+num",
}


def _json_lines(frame: pd.DataFrame) -> bytes:
    lines = (json.dumps(as_record, ensure_ascii=False) for as_record in as_records(frame))
    return "".join(f"{line}\n" for line in lines).encode("utf-8")


def _about(records: Records) -> dict[str, Any]:
    hidden = {
        "k_anonymity": records.k,
        "generalisation": {name: list(position) for name, position in records.steps.items()},
    }
    return {"name": "cpms-children", "detail": records.detail, **(hidden if records.k is not None else {})}


def k_sentences(survey: Survey, records: Records, series: str | None, language: Language) -> Iterator[str]:
    """How far de-identified rows hide a child and a family, how coarse they became, and what k does not cover."""
    labels = {
        **{name: field.label.in_(language) for name, field in survey.fields.items()},
        AGE: say("col_age", language),
        HOME_ANSWERS: say(HOME_ANSWERS, language),
    }
    steps = ", ".join(f"{labels[name]} {position}/{last}" for name, (position, last) in records.steps.items())
    yield say("export_k", language, k=records.k, steps=steps)
    if series is not None:
        yield say("export_series", language, series=series, k=records.k)
    families = "export_no_families" if records.families is None else "export_families"
    yield say(families, language, families=records.families)
    yield say("export_k_not", language)


def _plain_records(ending: str) -> RecordWriter:
    return lambda survey, records, language: bytes_for_people({"children": records.frame}, ending, survey, language)


def _plain_figures(ending: str) -> FigureWriter:
    return lambda survey, figures, language: bytes_for_people({"figures": figures}, ending, survey, language)


RECORD_WRITERS: Mapping[str, RecordWriter] = {
    **{ending: _plain_records(ending) for ending in _PLAIN},
    ".jsonl": lambda survey, records, language: _json_lines(records.frame),
    ".sav": lambda survey, records, language: spss_bytes(survey, records.frame, language),
    ".zip": lambda survey, records, language: package_bytes(survey, records.frame, language, _about(records)),
}


def hxl_bytes(survey: Survey, figures: pd.DataFrame, language: Language) -> bytes:
    """Figures as CSV with a row of HXL hashtags below the header; a withheld count is a blank cell."""
    del survey, language
    text = csv_text(figures)
    header, _, rows = text.partition("\n")
    tags = io.StringIO()
    pd.DataFrame([[_HXL[str(name)] for name in figures]]).to_csv(tags, header=False, index=False, lineterminator="\n")
    return f"{header}\n{tags.getvalue()}{rows}".encode()


def dhis2_bytes(survey: Survey, figures: pd.DataFrame, language: Language) -> bytes:
    """Figures as one DHIS2 data value set, to be imported with the identifier scheme CODE.

    A data element for each indicator and answer (CPMS_I13_YES), the area's official code as organisation unit, the
    round as yearly period. A withheld count is left out: DHIS2 knows no value for it. Source: DHIS2 developer guide,
    data value sets.
    """
    del survey, language
    long = figures.melt(["round", "area", "indicator"], list(_ANSWERS), "answer", "value").dropna(subset="value")
    numbers = long["indicator"].astype("int64")
    elements = [
        _CODE.format(number=number, answer=_ANSWERS[answer])
        for number, answer in zip(numbers, long["answer"], strict=True)
    ]
    values = pd.DataFrame(
        {
            "dataElement": elements,
            "period": long["round"].astype("str").to_numpy(),
            "orgUnit": long["area"].to_numpy(),
            "value": long["value"].astype("int64").astype("str").to_numpy(),
        }
    ).sort_values(["period", "orgUnit", "dataElement"])
    content = {"dataElementIdScheme": "CODE", "orgUnitIdScheme": "CODE", "dataValues": values.to_dict("records")}
    return (json.dumps(content, ensure_ascii=False, indent=1) + "\n").encode()


FIGURE_WRITERS: Mapping[str, FigureWriter] = {
    **{ending: _plain_figures(ending) for ending in _PLAIN},
    ".hxl.csv": hxl_bytes,
    ".dhis2.json": dhis2_bytes,
}


def _writer(writers: Mapping[str, Any], path: Path) -> Any:
    ending = next(
        (writer for writer in sorted(writers, key=len, reverse=True) if path.name.lower().endswith(writer)), None
    )
    if ending is None:
        raise UsageError("unknown_ending", file=path.name, known=", ".join(writers))
    return writers[ending]


def check_export(writers: Mapping[str, Any], path: Path) -> None:
    """Raise UsageError where nobody writes this ending or there is no such folder, before the store notes that anything
    was given away."""
    _writer(writers, path)
    if not path.resolve().parent.is_dir():
        raise UsageError("folder_missing", folder=str(path.resolve().parent))
    if path.is_dir():
        raise UsageError("file_is_directory", file=path.name)


def write_records(survey: Survey, records: Records, path: Path, language: Language) -> None:
    """Write records to a file whose ending chooses the format; raises UsageError for an ending nobody writes."""
    content: bytes = _writer(RECORD_WRITERS, path)(survey, records, language)
    write_bytes(path, content)


def write_figures(survey: Survey, figures: pd.DataFrame, path: Path, language: Language) -> None:
    """Write figures (`disclosure.release.published_figures`) to a file whose ending chooses the format."""
    content: bytes = _writer(FIGURE_WRITERS, path)(survey, figures, language)
    write_bytes(path, content)
