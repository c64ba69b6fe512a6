"""The files of `schemas/` as a Survey, or file and line of what cannot be read."""

from __future__ import annotations

import hashlib
import re
import string
from collections.abc import Callable, Sequence
from copy import deepcopy
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from cpms_cli.survey.files.located_yaml import (
    BadDocument,
    Document,
    Problem,
    csv_cells,
    csv_rows,
    limit_values,
    read_mapping,
    read_text,
)
from cpms_cli.survey.files.quoting import quoted_names, written_out
from cpms_cli.survey.model.checks import HistoryCheck, Numbering, ResponseCheck
from cpms_cli.survey.model.definition import (
    Area,
    Check,
    Circumstance,
    Code,
    CodeList,
    ColumnCheck,
    Field,
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
from cpms_cli.survey.model.fairness import FILE as FAIRNESS
from cpms_cli.survey.model.fairness import Fairness
from cpms_cli.survey.model.limits import FILE as LIMITS
from cpms_cli.survey.model.limits import Limit, Limits
from cpms_cli.survey.model.linking_settings import FILE as LINKING
from cpms_cli.survey.model.linking_settings import NAMES, LinkingSettings
from cpms_cli.survey.model.name_tables import LettersAsThai, NameTables, Prefixes, ScriptTable
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

_NAMED_BY = ("name", "id", "number")
# Whose names other files use: of fields, indicators, levels and limits.
_REFERRED_TO = frozenset({"household.yaml", "child.yaml", "response.yaml", "indicators.yaml", "risk.yaml", LIMITS})
_Model = TypeVar("_Model", bound=BaseModel)


class Reader:
    """Reads one folder and gathers every problem on the way, instead of stopping at the first.

    What cannot be read is left out, so that the rest can still be judged: `faulty` are the files of which something is
    left out, `unread` the names of what is. Of a file that cannot be read at all the one of the same name in
    `stand_in`, where there is one, takes its place: those files are `replaced`.

    `limits` are the numbers that the files quote by name; of a limit that cannot be read, the one of `stand_in`.
    `quotes` are the limits that tables (CSV) quote, with file and line.
    """

    def __init__(self, folder: Path, stand_in: Path | None = None) -> None:
        self.folder, self.stand_in = folder, stand_in
        self.limits = {**(limit_values(stand_in) if stand_in else {}), **limit_values(folder)}
        self.quotes: list[tuple[str, int, str]] = []
        self.faulty: set[str] = set()
        self.replaced: set[str] = set()
        self.unread: set[str] = set()
        self.problems: list[Problem] = []
        self.documents: dict[str, Document] = {}
        self.code_lines: dict[tuple[str, str], int] = {}
        self.title_lines: dict[str, int] = {}

    def document(self, file: str) -> Any:
        """The content of one YAML file; an empty mapping, and a problem, when it cannot be read."""
        try:
            self.documents[file] = read_mapping(self.folder, file, self.limits)
        except BadDocument as bad:
            self.problems.append(bad.problem)
            return self._in_its_place(file)
        return self.documents[file].content

    def _in_its_place(self, file: str) -> Any:
        """What stands in for a file that cannot be read: the content of the one in `stand_in`, else nothing."""
        self.faulty.add(file)
        self.unread |= _names_in(self.folder / file) if file in _REFERRED_TO else set()
        if self.stand_in is None or not (self.stand_in / file).is_file():
            return {}
        self.replaced.add(file)
        self.documents[file] = read_mapping(self.stand_in, file)
        return self.documents[file].content

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
            self.faulty.add(file)
            return None

    def whole(self, model: type[_Model], file: str) -> _Model | None:
        """A file that is one object; where it is at fault, what stands in for it."""
        part = self.part(model, file, self.document(file))
        if part is not None or self.stand_in is None or file in self.replaced:
            return part
        return self.part(model, file, self._in_its_place(file))

    def parts(self, model: type[_Model], file: str, key: str, content: Any) -> tuple[_Model, ...]:
        """A list of parts below `key`."""
        items = content.get(key)
        if not isinstance(items, list):
            if file in self.documents:
                self.problems.append(Problem(file, 1, f"'{key}' must be a list"))
            return ()
        read = [self.part(model, file, item, key, index) for index, item in enumerate(items)]
        self._leave_out(file, key, [index for index, part in enumerate(read) if part is None])
        return tuple(part for part in read if part is not None)

    def table(self, name: str) -> TableSchema | None:
        """One table of the survey, without those of its fields that are at fault."""
        file = f"{name}.yaml"
        content = self.document(file)
        if isinstance(content.get("fields"), list):
            fields = self.parts(Field, file, "fields", content)
            content = {**content, "fields": fields}
        table = self.part(TableSchema, file, content)
        if table is None and self.stand_in is not None and file not in self.replaced:
            table = self.part(TableSchema, file, self._in_its_place(file))
        return table

    def limits_file(self) -> Limits | None:
        """The limits, without those that are at fault."""
        content = self.document(LIMITS)
        limits = self.parts(Limit, LIMITS, "limits", content)
        return self.part(Limits, LIMITS, {**content, "limits": limits})

    def _leave_out(self, file: str, key: str, faulty: Sequence[int]) -> None:
        """Take items out of a list: their names are unread, and the lines of those behind them are found as before."""
        if not faulty or file not in self.documents:
            return
        document = self.documents[file]
        kept = [index for index in range(len(document.content[key])) if index not in faulty]
        for index in faulty:
            item = document.content[key][index]
            if file in _REFERRED_TO and isinstance(item, dict):
                self.unread |= {str(item[word]) for word in _NAMED_BY if word in item}
                self.unread |= {f"i{item['number']:02d}"} if isinstance(item.get("number"), int) else set()
        new_place: dict[str | int, int] = {old: new for new, old in enumerate(kept)}
        lines = {
            (key, new_place[place[1]], *place[2:]) if len(place) > 1 and place[0] == key else place: line
            for place, line in document.lines.items()
            if len(place) < 2 or place[0] != key or place[1] in new_place
        }
        self.documents[file] = Document(file, document.content, lines, document.quoting)

    def csv(self, file: str, columns: tuple[str, ...], take: Callable[[int, dict[str, str]], None]) -> None:
        """Every row of one CSV file, each handed to `take` with its line."""
        try:
            text = read_text(self.folder, file)
            for line, row in csv_rows(file, written_out(text, self.limits), columns):
                take(line, row)
            lines = enumerate(text.splitlines() if "$" in text else (), start=1)
            self.quotes += [(file, number, name) for number, line_text in lines for name in quoted_names(line_text)]
        except BadDocument as bad:
            self.problems.append(bad.problem)
            self.faulty.add(file)
            self.unread |= _names_in(self.folder / file)


def _names_in(path: Path) -> set[str]:
    """What a file that cannot be read seems to define, so that nobody is told that it does not exist."""
    try:
        text = path.read_bytes().decode("utf-8", "replace")
    except OSError:
        return set()
    if path.suffix == ".csv":
        return {line.partition(",")[0] for line in text.splitlines()}
    named = {match[1] for match in re.finditer(r"^ *(?:- )?(?:name|id|number): *[\"']?(\w+)", text, re.MULTILINE)}
    return named | {f"i{int(name):02d}" for name in named if name.isdecimal()}


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
            reader.faulty.add(file)
            reader.unread.add(row["code"])

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


def _in_own_digits(content: dict[str, Any], reader: Reader, file: str) -> dict[str, Any]:
    """A translation whose texts quote the limits in the digits of its language, where it names them (`digits`)."""
    digits = content.get("digits")
    if file not in reader.documents or not isinstance(digits, str) or len(digits) != len(string.digits):
        return content
    own = {name: str(value).translate(str.maketrans(string.digits, digits)) for name, value in reader.limits.items()}
    rewritten = deepcopy(content)
    for place, text in reader.documents[file].quoting.items():
        around: Any = rewritten
        for step in place[:-1]:
            around = around[step]
        around[place[-1]] = written_out(text, own)
    return rewritten


def _translations(reader: Reader) -> tuple[Translation, ...]:
    parts = []
    for path in sorted((reader.folder / "translations").glob("*.yaml")):
        file = f"translations/{path.name}"
        content = reader.document(file)
        parts.append(reader.part(Translation, file, _in_own_digits(content, reader, file)))
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
    whole: dict[str, Any] = {
        "figures": reader.whole(Figures, "summaries.yaml"),
        "privacy": reader.whole(PrivacyRules, PRIVACY),
        "deidentification": reader.whole(Deidentification, DEIDENTIFICATION),
        "linking": read_linking(reader),
    }
    # A definition that an earlier version of the tool kept with its scores may have neither of these two.
    if (reader.folder / LIMITS).exists():
        whole["limits"] = reader.limits_file()
    if (reader.folder / FAIRNESS).exists():
        whole["fairness"] = reader.whole(Fairness, FAIRNESS)
    lists = {
        "rights": reader.parts(Right, "rights.yaml", "rights", reader.document("rights.yaml")),
        "measures": reader.parts(Measure, "migration.yaml", "measures", migration),
        "activities": reader.parts(Activity, "activities.yaml", "activities", reader.document("activities.yaml")),
    }
    return None if None in whole.values() else {**whole, **lists, "origin": str(migration.get("origin"))}


def read_linking(reader: Reader) -> LinkingSettings | None:
    """How a child is recognised again, by `linking.yaml` and `names/`; None where the first cannot be read."""
    settings = reader.whole(LinkingSettings, LINKING)
    return settings.model_copy(update={"names": _name_tables(reader)}) if settings else None


def _name_tables(reader: Reader) -> NameTables:
    """The files of `names/`: the words of respect, scripts that are read as Thai, and the other scripts."""
    parts: dict[str, ScriptTable | LettersAsThai | Prefixes] = {}
    for path in sorted((reader.folder / NAMES).glob("*.yaml")):
        file = f"{NAMES}/{path.name}"
        content = reader.document(file)
        kind: type[ScriptTable | LettersAsThai | Prefixes] = ScriptTable
        kind = Prefixes if "languages" in content else LettersAsThai if "as_thai" in content else kind
        part = reader.part(kind, file, content)
        if part is not None:
            parts[path.stem] = part
    respect = [part.languages for part in parts.values() if isinstance(part, Prefixes)]
    return NameTables(
        scripts={name: part for name, part in parts.items() if isinstance(part, ScriptTable)},
        as_thai={name: part for name, part in parts.items() if isinstance(part, LettersAsThai)},
        prefixes=Prefixes(
            languages={language: words for languages in respect for language, words in languages.items()}
        ),
    )


def _in_its_rounds(indicator: Indicator, household: TableSchema | None) -> Indicator:
    """The indicator, applying to nobody in rounds that lie outside its span."""
    years = [f">= {indicator.since}"] if indicator.since else []
    years += [f"<= {indicator.until}"] if indicator.until else []
    names = [field.name for field in (household.fields if household else ()) if field.role == "round"]
    conditions = [f"({indicator.applies})"] if indicator.applies and years else []
    conditions += [f"{name} {year}" for name in names for year in years]
    return indicator.model_copy(update={"applies": " AND ".join(conditions)}) if years else indicator


def read_survey(reader: Reader) -> Survey | None:
    """The Survey in the reader's folder, without what cannot be read of it (`reader.problems` tells); None where a file
    cannot be read that a survey cannot be without, and nothing stands in for it."""
    tables = {name: reader.table(name) for name in ("household", "child", "response")}
    statements = reader.document("indicators.yaml")
    indicators = reader.parts(Indicator, "indicators.yaml", "indicators", statements)
    numbered = statements.get("numbering")
    numbering = None if numbered is None else reader.part(Numbering, "indicators.yaml", numbered, "numbering")
    risk = reader.document("risk.yaml")
    levels = reader.parts(Level, "risk.yaml", "levels", risk)
    # A definition that an earlier version of the tool kept with its scores says nothing of help.
    circumstances = reader.parts(Circumstance, "risk.yaml", "circumstances", risk) if "circumstances" in risk else ()
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
    if further is None or not all(tables.values()):
        return None
    return Survey(
        **tables,  # type: ignore[arg-type]
        folder=reader.folder,
        codelists=lists,
        indicators=tuple(_in_its_rounds(indicator, tables["household"]) for indicator in indicators),
        numbering=numbering,
        levels=levels,
        circumstances=circumstances,
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
