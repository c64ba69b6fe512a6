"""The tables (CSV) of a definition: code lists, titles and areas."""

from __future__ import annotations

from functools import lru_cache

from pydantic import ValidationError

from cpms_cli.survey.files.definition_reader import Reader
from cpms_cli.survey.model.area_changes import AreaChange
from cpms_cli.survey.model.definition import (
    Area,
    Code,
    CodeList,
    Title,
    Words,
)
from cpms_cli.survey.problems import BadDocument, Fault, Problem
from cpms_cli.survey.yaml_files.fault_words import placed_fault
from cpms_cli.survey.yaml_files.located_yaml import (
    csv_cells,
    read_text,
)

TITLES = "titles.csv"
TITLE_COLUMNS = ("title", "sex", "joined")
CODE_COLUMNS = ("code", "label_en", "label_th", "missing", "spellings")
# Which a list may have or not; see `survey.model.lifespan`.
CODE_COLUMNS_AS_NEEDED = ("since", "until", "skipped", "formerly")
MISSING = "missing"  # the list of what is no answer, which says of some spellings that they may be names
AREA_CHANGES = "areas/changes.csv"  # which a definition may have or not
AREA_FILES = {
    "areas/provinces.csv": ("province_code", "label_en", "label_th"),
    "areas/districts.csv": ("district_code", "province_code", "label_en", "label_th"),
    "areas/subdistricts.csv": ("subdistrict_code", "district_code", "label_en", "label_th", "latitude", "longitude"),
}


def _code_columns(reader: Reader, file: str, name: str) -> tuple[str, ...]:
    """The header that a code list must have: of the columns that it may do without, those that it has."""
    as_needed = (*(("cased",) if name == MISSING else ()), *CODE_COLUMNS_AS_NEEDED)
    try:
        header = read_text(reader.folder, file).partition("\n")[0].strip().split(",")
    except BadDocument:
        header = []
    return (*CODE_COLUMNS, *(column for column in as_needed if column in header))


def read_codelist(reader: Reader, file: str, name: str) -> CodeList:
    """Return the code list of a file, without the codes that cannot be read (`reader.problems` tells)."""
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
                    skipped=tuple(filter(None, row.get("skipped", "").split("|"))),  # type: ignore[arg-type]
                    formerly=tuple(filter(None, row.get("formerly", "").split("|"))),
                )
            )
        except ValidationError as error:
            reader.problems += [Problem(file, line, placed_fault(fault, fault["loc"])) for fault in error.errors()]
            reader.faulty.add(file)
            reader.unread.add(row["code"])

    reader.csv(file, _code_columns(reader, file, name), take)
    return CodeList(name=name, codes=tuple(codes))


def read_titles(reader: Reader) -> tuple[Title, ...]:
    """Return the titles before names, each once."""
    titles: dict[str, Title] = {}

    def take(line: int, row: dict[str, str]) -> None:
        reader.title_lines[row["title"]] = line
        if not row["title"] or row["title"] in titles:
            reader.problems.append(Problem(TITLES, line, Fault("title_twice", name=row["title"])))
        elif row["joined"] not in ("", "yes"):
            reader.problems.append(Problem(TITLES, line, Fault("joined", text=row["joined"])))
        else:
            titles[row["title"]] = Title(title=row["title"], sex=row["sex"], joined=row["joined"] == "yes")

    reader.csv(TITLES, TITLE_COLUMNS, take)
    return tuple(titles.values())


def read_area_changes(reader: Reader) -> tuple[AreaChange, ...]:
    """Return the areas that were divided or joined, without those that cannot be read; none where there is no file."""
    changes: list[AreaChange] = []

    def take(line: int, row: dict[str, str]) -> None:
        try:
            changes.append(
                AreaChange(
                    code=row["code"],
                    since=row["since"],  # type: ignore[arg-type]
                    formerly=tuple(filter(None, row["formerly"].split("|"))),
                )
            )
        except ValidationError as error:
            reader.problems += [
                Problem(AREA_CHANGES, line, placed_fault(fault, fault["loc"])) for fault in error.errors()
            ]
            reader.faulty.add(AREA_CHANGES)
            return
        reader.area_change_lines.append(line)

    if (reader.folder / AREA_CHANGES).is_file():
        reader.csv(AREA_CHANGES, ("code", "since", "formerly"), take)
    return tuple(changes)


def read_areas(reader: Reader) -> dict[str, Area]:
    """Return the areas by code; none where a file of them cannot be read."""
    texts = []
    for file in AREA_FILES:
        try:
            texts.append(read_text(reader.folder, file))
        except BadDocument as bad:
            reader.problems.append(bad.problem)
            reader.faulty.add(file)
    if len(texts) < len(AREA_FILES):
        return {}
    areas, problems = _areas_in(tuple(texts))
    reader.problems += problems
    reader.faulty |= {problem.file for problem in problems}
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
                    problems.append(Problem(file, line, Fault("area_twice", code=code)))
                elif not cells[english] or not cells[thai]:
                    problems.append(Problem(file, line, Fault("area_name", code=code)))
                elif len(code) > 2 and code[:-2] not in areas:
                    problems.append(Problem(file, line, Fault("area_lost", code=code)))
                else:
                    areas[code] = Area(code, cells[english], cells[thai])
        except BadDocument as bad:
            problems.append(bad.problem)
    return areas, tuple(problems)
