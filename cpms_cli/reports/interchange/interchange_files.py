"""Records and figures as other systems take them: one writer for each kind of file."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from cpms_cli.errors import UsageError
from cpms_cli.reports.interchange.data_package import package_bytes
from cpms_cli.reports.interchange.dictionary import NAME as DICTIONARY
from cpms_cli.reports.interchange.dictionary import dictionary_beside, dictionary_bytes, dictionary_for_people
from cpms_cli.reports.interchange.parquet_file import parquet_bytes as typed_parquet
from cpms_cli.reports.interchange.parquet_file import parquet_variables
from cpms_cli.reports.interchange.people_labels import people_workbook
from cpms_cli.reports.interchange.spss_file import spss_bytes, spss_variables
from cpms_cli.reports.interchange.variables import (
    Variable,
    dataset_variables,
    figure_variables,
    in_people_words,
    record_variables,
)
from cpms_cli.summaries.records.child_records import Records
from cpms_cli.summaries.records.deidentification import HOME_ANSWERS
from cpms_cli.survey.messages import say
from cpms_cli.survey.model.definition import Language, Survey
from cpms_cli.survey.model.settings.deidentification import AGE
from cpms_cli.writing.files import csv_bytes, csv_text, parquet_bytes, write_bytes
from cpms_cli.writing.files import records as as_records
from cpms_cli.writing.output_formats import Kind, output_format

_RECORDS, _FIGURES = "children", "figures"  # the names of their sheets
_SAYS_ITSELF, _DHIS2 = (".xlsx", ".zip"), ".dhis2.json"
_CODE = "CPMS_I{number:02d}_{answer}"
_ANSWERS = {"yes": "YES", "no": "NO", "unknown": "UNKNOWN", "not_applicable": "NA", "not_asked": "NOT_ASKED"}
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
    "not_asked": "#affected+children+not_asked+num",
}


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


def csv_records(survey: Survey, records: Records, language: Language) -> bytes:
    """Records as CSV, formulas disarmed."""
    del survey, language
    return csv_bytes({_RECORDS: records.frame})


def xlsx_records(survey: Survey, records: Records, language: Language) -> bytes:
    """Records as a workbook in the words of the run's language, and what each column means."""
    variables = record_variables(survey, records.frame, language)
    sheets = {
        _RECORDS: in_people_words(variables, records.frame),
        DICTIONARY: dictionary_for_people(variables, language),
    }
    return people_workbook(sheets, survey, language)


def parquet_records(survey: Survey, records: Records, language: Language) -> bytes:
    """Records as Parquet, in typed columns."""
    return typed_parquet(survey, records.frame, language)


def jsonl_records(survey: Survey, records: Records, language: Language) -> bytes:
    """Records as JSON, one on a line."""
    del survey, language
    lines = (json.dumps(as_record, ensure_ascii=False) for as_record in as_records(records.frame))
    return "".join(f"{line}\n" for line in lines).encode("utf-8")


def sav_records(survey: Survey, records: Records, language: Language) -> bytes:
    """Records as a file of SPSS, with labels."""
    return spss_bytes(survey, records.frame, language)


def zip_records(survey: Survey, records: Records, language: Language) -> bytes:
    """Records as a Frictionless Data Package."""
    return package_bytes(survey, records.frame, language, _about(records))


def csv_figures(survey: Survey, figures: pd.DataFrame, language: Language) -> bytes:
    """Figures as CSV, formulas disarmed."""
    del survey, language
    return csv_bytes({_FIGURES: figures})


def xlsx_figures(survey: Survey, figures: pd.DataFrame, language: Language) -> bytes:
    """Figures as a workbook in the words of the run's language."""
    return people_workbook({_FIGURES: figures}, survey, language)


def parquet_figures(survey: Survey, figures: pd.DataFrame, language: Language) -> bytes:
    """Figures as Parquet."""
    del survey, language
    return parquet_bytes({_FIGURES: figures})


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


def check_export(kind: Kind, path: Path) -> None:
    """Raise UsageError where nobody writes this ending or there is no such folder, before the store notes that anything
    was given away."""
    output_format(kind, path)
    if not path.resolve().parent.is_dir():
        raise UsageError("folder_missing", folder=str(path.resolve().parent))
    if path.is_dir():
        raise UsageError("file_is_directory", file=path.name)


def write_records(survey: Survey, records: Records, path: Path, language: Language) -> Path | None:
    """Write records to a file whose ending chooses the format, and beside it what its columns mean; returns where that
    stands, None where the file says it itself. Raises UsageError for an ending nobody writes."""
    output = output_format("records", path)
    write_bytes(path, output.write(survey, records, language))
    if output.ending in _SAYS_ITSELF:
        return None
    described = _VARIABLES.get(output.ending, record_variables)(survey, records.frame, language)
    write_bytes(dictionary_beside(path), dictionary_bytes(described, language))
    return dictionary_beside(path)


def write_figures(survey: Survey, figures: pd.DataFrame, path: Path, language: Language) -> Path | None:
    """Write figures (`disclosure.release.published_figures`) as `write_records` does."""
    output = output_format("figures", path)
    write_bytes(path, output.write(survey, figures, language))
    if output.ending in _SAYS_ITSELF:
        return None
    described = (_elements if output.ending == _DHIS2 else figure_variables)(survey, figures, language)
    write_bytes(dictionary_beside(path), dictionary_bytes(described, language))
    return dictionary_beside(path)


def write_dataset_dictionary(survey: Survey, folder: Path, columns: Iterable[str], language: Language) -> Path:
    """Write into a data set's folder what its columns mean; returns where that stands."""
    path = folder / f"{DICTIONARY}.csv"
    write_bytes(path, dictionary_bytes(dataset_variables(survey, columns, language), language))
    return path


def _elements(survey: Survey, figures: pd.DataFrame, language: Language) -> Iterator[Variable]:
    """The data elements of DHIS2: one for each indicator and answer."""
    names = {indicator.number: indicator.name.in_(language) for indicator in survey.indicators}
    columns = {variable.name: variable.label for variable in figure_variables(survey, figures, language)}
    for number in sorted(set(figures["indicator"].astype("int64"))):
        for answer, code in _ANSWERS.items():
            label = f"{number} {names[number]}: {columns[answer]}"
            yield Variable(_CODE.format(number=number, answer=code), "integer", label)


_VARIABLES: Mapping[str, Callable[[Survey, pd.DataFrame, Language], Iterable[Variable]]] = {
    ".parquet": parquet_variables,
    ".sav": lambda *given: (column.as_written for column in spss_variables(*given)),
}
"""How the columns of records are described, where a format has other columns or other codes than the rest."""
