"""The files of `schemas/` as a Survey, or file and line of what cannot be read."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from cpms_cli.survey.files.located_yaml import BadDocument, Document, Problem, csv_cells, csv_rows, read_text, read_yaml
from cpms_cli.survey.model.checks import HistoryCheck, Numbering, ResponseCheck
from cpms_cli.survey.model.definition import (
    Area,
    Check,
    Code,
    CodeList,
    ColumnCheck,
    Indicator,
    Level,
    Pattern,
    Survey,
    TableSchema,
    Title,
    Translation,
    Words,
)
from cpms_cli.survey.model.deidentification import FILE as DEIDENTIFICATION
from cpms_cli.survey.model.deidentification import Deidentification
from cpms_cli.survey.model.privacy import FILE as PRIVACY
from cpms_cli.survey.model.privacy import PrivacyRules
from cpms_cli.survey.model.summary_model import Activity, Figures, Measure, Right

TITLES = "titles.csv"
TITLE_COLUMNS = ("title", "sex", "joined")
CODE_COLUMNS = ("code", "label_en", "label_th", "missing", "spellings")
CODE_COLUMNS_AS_NEEDED = ("since", "until", "formerly")  # which a list may have or not; see `survey.model.lifespan`
MISSING = "missing"  # the list of what is no answer, which says of some spellings that they may be names
AREA_FILES = {
    "areas/provinces.csv": ("province_code", "label_en", "label_th"),
    "areas/districts.csv": ("district_code", "province_code", "label_en", "label_th"),
    "areas/subdistricts.csv": ("subdistrict_code", "district_code", "label_en", "label_th", "latitude", "longitude"),
}
ENDINGS = frozenset({".yaml", ".csv"})  # the files of which a definition consists

_Model = TypeVar("_Model", bound=BaseModel)


class Reader:
    """Reads one folder and gathers every problem on the way, instead of stopping at the first."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.problems: list[Problem] = []
        self.documents: dict[str, Document] = {}
        self.code_lines: dict[tuple[str, str], int] = {}
        self.title_lines: dict[str, int] = {}

    def document(self, file: str) -> Any:
        """The content of one YAML file; an empty mapping, and a problem, when it cannot be read."""
        try:
            self.documents[file] = read_yaml(self.folder, file)
        except BadDocument as bad:
            self.problems.append(bad.problem)
            return {}
        content = self.documents[file].content
        if not isinstance(content, dict):
            self.problems.append(Problem(file, 1, "this file must be a mapping"))
            return {}
        return content

    def part(self, model: type[_Model], file: str, content: Any, *place: str | int) -> _Model | None:
        """One part of a document as a checked object; problems name the line of each fault."""
        try:
            return model.model_validate(content)
        except ValidationError as error:
            document = self.documents.get(file)
            if document is None:
                return None  # that the file cannot be read was told already
            for fault in error.errors():
                full_place = (*place, *fault["loc"])
                place_in_words = ".".join(str(step) for step in full_place)
                self.problems.append(Problem(file, document.line(*full_place), f"{place_in_words}: {fault['msg']}"))
            return None

    def parts(self, model: type[_Model], file: str, key: str, content: Any) -> tuple[_Model, ...]:
        """A list of parts below `key`."""
        items = content.get(key)
        if not isinstance(items, list):
            if file in self.documents:
                self.problems.append(Problem(file, 1, f"'{key}' must be a list"))
            return ()
        read = (self.part(model, file, item, key, index) for index, item in enumerate(items))
        return tuple(part for part in read if part is not None)

    def csv(self, file: str, columns: tuple[str, ...], take: Callable[[int, dict[str, str]], None]) -> None:
        """Every row of one CSV file, each handed to `take` with its line."""
        try:
            for line, row in csv_rows(file, read_text(self.folder, file), columns):
                take(line, row)
        except BadDocument as bad:
            self.problems.append(bad.problem)


def _code_columns(reader: Reader, file: str, name: str) -> tuple[str, ...]:
    """The header that a code list must have: of the columns that it may do without, those that it has."""
    as_needed = (*(("cased",) if name == MISSING else ()), *CODE_COLUMNS_AS_NEEDED)
    try:
        header = read_text(reader.folder, file).partition("\n")[0].strip().split(",")
    except BadDocument:
        header = []
    return (*CODE_COLUMNS, *(column for column in as_needed if column in header))


def _codelist(reader: Reader, file: str, name: str) -> CodeList:
    codes: list[Code] = []

    def take(line: int, row: dict[str, str]) -> None:
        reader.code_lines[(name, row["code"])] = line
        try:
            codes.append(
                Code(
                    code=row["code"],
                    label=Words(en=row["label_en"], th=row["label_th"]),
                    missing=row["missing"],  # type: ignore[arg-type]
                    spellings=tuple(filter(None, row["spellings"].split("|"))),
                    cased=tuple(filter(None, row.get("cased", "").split("|"))),
                    since=row.get("since") or None,  # type: ignore[arg-type]
                    until=row.get("until") or None,  # type: ignore[arg-type]
                    formerly=tuple(filter(None, row.get("formerly", "").split("|"))),
                )
            )
        except ValidationError as error:
            reader.problems += [
                Problem(file, line, f"{'.'.join(map(str, fault['loc']))}: {fault['msg']}") for fault in error.errors()
            ]

    reader.csv(file, _code_columns(reader, file, name), take)
    return CodeList(name=name, codes=tuple(codes))


def _titles(reader: Reader) -> tuple[Title, ...]:
    titles: dict[str, Title] = {}

    def take(line: int, row: dict[str, str]) -> None:
        reader.title_lines[row["title"]] = line
        if not row["title"] or row["title"] in titles:
            reader.problems.append(Problem(TITLES, line, f"the title '{row['title']}' is blank or stands twice"))
        elif row["joined"] not in ("", "yes"):
            reader.problems.append(Problem(TITLES, line, f"joined is 'yes' or blank, not '{row['joined']}'"))
        else:
            titles[row["title"]] = Title(title=row["title"], sex=row["sex"], joined=row["joined"] == "yes")

    reader.csv(TITLES, TITLE_COLUMNS, take)
    return tuple(titles.values())


def _areas(reader: Reader) -> dict[str, Area]:
    texts = []
    for file in AREA_FILES:
        try:
            texts.append(read_text(reader.folder, file))
        except BadDocument as bad:
            reader.problems.append(bad.problem)
    if len(texts) < len(AREA_FILES):
        return {}
    areas, problems = _areas_in(tuple(texts))
    reader.problems += problems
    return areas


@lru_cache(maxsize=4)
def _areas_in(texts: tuple[str, ...]) -> tuple[dict[str, Area], tuple[Problem, ...]]:
    """The areas in the texts of the area files. There are thousands, and a province that has changed its survey has
    rarely changed them: the same texts are read once."""
    areas: dict[str, Area] = {}
    problems: list[Problem] = []
    for (file, columns), text in zip(AREA_FILES.items(), texts, strict=True):
        try:
            english, thai = columns.index("label_en"), columns.index("label_th")
            for line, cells in csv_cells(file, text, columns):
                code = cells[0]
                if code in areas:
                    problems.append(Problem(file, line, f"area {code} stands twice"))
                elif not cells[english] or not cells[thai]:
                    problems.append(Problem(file, line, f"area {code} lacks a name"))
                elif len(code) > 2 and code[:-2] not in areas:
                    problems.append(Problem(file, line, f"area {code} lies in no known area"))
                else:
                    areas[code] = Area(code, cells[english], cells[thai])
        except BadDocument as bad:
            problems.append(bad.problem)
    return areas, tuple(problems)


def read_messages(reader: Reader) -> dict[str, Words]:
    """The sentences of both languages by name."""
    messages: dict[str, Words] = {}
    for path in sorted((reader.folder / "messages").glob("*.yaml")):
        file = f"messages/{path.name}"
        for name, content in reader.document(file).items():
            words = reader.part(Words, file, content, name)
            if name in messages:
                reader.problems.append(Problem(file, reader.documents[file].line(name), f"'{name}' stands twice"))
            elif words:
                messages[name] = words
    return messages


def _translations(reader: Reader) -> tuple[Translation, ...]:
    parts = []
    for path in sorted((reader.folder / "translations").glob("*.yaml")):
        file = f"translations/{path.name}"
        parts.append(reader.part(Translation, file, reader.document(file)))
    return tuple(part for part in parts if part is not None)


def digest(folder: Path) -> str:
    """SHA-256 over names and contents of every file of the definition: the definition's own identity."""
    total = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        if path.suffix in ENDINGS and path.is_file():
            total.update(path.relative_to(folder).as_posix().encode())
            total.update(path.read_bytes().replace(b"\r\n", b"\n"))
    return total.hexdigest()


def _further(reader: Reader) -> dict[str, Any] | None:
    """What summaries, plans and exports need; None where a file of one object cannot be read."""
    migration = reader.document("migration.yaml")
    whole = {
        "figures": reader.part(Figures, "summaries.yaml", reader.document("summaries.yaml")),
        "privacy": reader.part(PrivacyRules, PRIVACY, reader.document(PRIVACY)),
        "deidentification": reader.part(Deidentification, DEIDENTIFICATION, reader.document(DEIDENTIFICATION)),
    }
    lists = {
        "rights": reader.parts(Right, "rights.yaml", "rights", reader.document("rights.yaml")),
        "measures": reader.parts(Measure, "migration.yaml", "measures", migration),
        "activities": reader.parts(Activity, "activities.yaml", "activities", reader.document("activities.yaml")),
    }
    return None if None in whole.values() else {**whole, **lists, "origin": str(migration.get("origin"))}


def _in_its_rounds(indicator: Indicator, household: TableSchema | None) -> Indicator:
    """The indicator, applying to nobody in rounds that lie outside its span."""
    years = [f">= {indicator.since}"] if indicator.since else []
    years += [f"<= {indicator.until}"] if indicator.until else []
    names = [field.name for field in (household.fields if household else ()) if field.role == "round"]
    conditions = [f"({indicator.applies})"] if indicator.applies and years else []
    conditions += [f"{name} {year}" for name in names for year in years]
    return indicator.model_copy(update={"applies": " AND ".join(conditions)}) if years else indicator


def read_survey(reader: Reader) -> Survey | None:
    """The Survey in the reader's folder; None, and `reader.problems`, when a part cannot be read."""
    tables = {
        name: reader.part(TableSchema, f"{name}.yaml", reader.document(f"{name}.yaml"))
        for name in ("household", "child", "response")
    }
    statements = reader.document("indicators.yaml")
    indicators = reader.parts(Indicator, "indicators.yaml", "indicators", statements)
    numbered = statements.get("numbering")
    numbering = None if numbered is None else reader.part(Numbering, "indicators.yaml", numbered, "numbering")
    levels = reader.parts(Level, "risk.yaml", "levels", reader.document("risk.yaml"))
    rules = reader.document("checks.yaml")
    checks = reader.parts(Check, "checks.yaml", "rules", rules)
    history = reader.parts(HistoryCheck, "checks.yaml", "history", rules)
    responses = reader.parts(ResponseCheck, "checks.yaml", "responses", rules)
    patterns = reader.parts(Pattern, "checks.yaml", "patterns", rules)
    column_checks = reader.parts(ColumnCheck, "checks.yaml", "columns", rules)
    lists = {
        path.stem: _codelist(reader, f"codelists/{path.name}", path.stem)
        for path in sorted((reader.folder / "codelists").glob("*.csv"))
    }
    titles, areas, messages = _titles(reader), _areas(reader), read_messages(reader)
    translations = _translations(reader)
    further = _further(reader)
    if reader.problems or further is None or not all(tables.values()):
        return None
    return Survey(
        **tables,  # type: ignore[arg-type]
        folder=reader.folder,
        codelists=lists,
        indicators=tuple(_in_its_rounds(indicator, tables["household"]) for indicator in indicators),
        numbering=numbering,
        levels=levels,
        checks=checks,
        history=history,
        responses=responses,
        patterns=patterns,
        column_checks={check.id: check for check in column_checks},
        titles=titles,
        areas=areas,
        messages=messages,
        translations=translations,
        digest=digest(reader.folder),
        **further,
    )
