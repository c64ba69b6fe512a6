"""Two files of persons, or one: read as every file is, the columns known by their headers or by a map, and linked."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from cpms_cli.errors import UsageError
from cpms_cli.linking.tables.held_columns import TELLING, checked_held, columns_held, held_by
from cpms_cli.linking.tables.linked_tables import SURE, link_frames
from cpms_cli.linking.tables.person_rows import unread_cells
from cpms_cli.reading.cells import read_sheets
from cpms_cli.reading.header.mapping import compared, leave_out
from cpms_cli.reading.maps.map_loading import map_lines
from cpms_cli.reading.source import SourceTable
from cpms_cli.survey.language import FALLBACK
from cpms_cli.survey.model.definition import LANGUAGES, Language, Survey
from cpms_cli.survey.opening.loading import load_survey
from cpms_cli.survey.problems import BadDocument
from cpms_cli.survey.yaml_files.located_yaml import read_mapping

_YAML = (".yaml", ".yml")


@dataclass(frozen=True)
class LinkedFiles:
    """`pairs` as `link_frames` returns them, `left` and `right` the row numbers of the sheets; and what is told.

    `fields`: what each column that was looked at holds, by its header; `not_looked_at`: the other headers. `unread`:
    cells that say nothing, by file and header. `rows`: how many rows each file has; `without_pair`: how many of them
    are in no pair at all; `no_records`: rows of titles, totals and notes; `sheets_not_read`: those that have
    another table.
    """

    pairs: pd.DataFrame
    files: tuple[str, ...]
    fields: Mapping[str, str]
    not_looked_at: tuple[str, ...]
    unread: Mapping[tuple[str, str], int]
    rows: tuple[int, ...]
    without_pair: tuple[int, ...]
    no_records: int
    sheets_not_read: tuple[str, ...] = ()

    @property
    def automatic(self) -> int:
        """How many pairs are sure."""
        return int((self.pairs["kind"] == SURE).sum())

    @property
    def exit_code(self) -> int:
        """0: all was read; 1: cells of the columns that were looked at could not be."""
        return 1 if self.unread else 0


@dataclass(frozen=True)
class _ReadAs:
    encoding: str | None
    sheets: Collection[str] | None


def link_files(  # noqa: PLR0913 - what the command takes
    left: str | Path,
    right: str | Path | None = None,
    *,
    mapping: str | Path | None = None,
    fields: Mapping[str, str] | None = None,
    identified: bool = False,
    encoding: str | None = None,
    sheets: Collection[str] | None = None,
    language: Language = FALLBACK,
    schemas: Path | None = None,
) -> LinkedFiles:
    """Link the rows of two files of persons, or find the rows of one file that are one person; nothing is stored.

    A column whose header the survey knows needs no word. `mapping` names a map of the others: a CSV with the columns
    `header` and `field`, or YAML of header: field; `fields` says the same of single headers, and comes before it. What
    a field can be says `link_frames`. With `identified` the cells that were looked at stand beside each pair. Raises
    UnreadableFile, UsageError.
    """
    survey = load_survey(schemas)
    paths = [Path(left)] if right is None else [Path(left), Path(right)]
    chosen_fields = {**_map(survey, mapping), **_checked(survey, fields or {})}
    read = [_one_table(survey, path, _ReadAs(encoding, sheets), [*map(compared, chosen_fields)]) for path in paths]
    sources = [source for source, _ in read]
    tables = [_frame(source) for source in sources]
    headers = list(dict.fromkeys(name for table in tables for name in map(str, table.columns)))
    held = _held(survey, headers, chosen_fields)
    columns = columns_held(survey, tables, held)
    pairs = link_frames(tables[0], tables[1] if len(tables) > 1 else None, held, language=language, schemas=schemas)
    unread = {
        (path.name, str(header)): count
        for path, table, of_table in zip(paths, tables, columns, strict=True)
        for header, count in unread_cells(survey, table, of_table).items()
    }
    ends = [pairs["left"], pairs["right"]] if right is not None else [pd.concat([pairs["left"], pairs["right"]])]
    return LinkedFiles(
        _with_cells(pairs, tables, list(held)) if identified else pairs,
        tuple(path.name for path in paths),
        held,
        tuple(header for header in headers if header not in held),
        unread,
        tuple(len(table) for table in tables),
        tuple(len(table) - end.nunique() for table, end in zip(tables, ends, strict=True)),
        sum(len(source.left_out) for source in sources),
        tuple(f"{path.name} {name}" for path, (_, others) in zip(paths, read, strict=True) for name in others),
    )


def _one_table(survey: Survey, path: Path, read_as: _ReadAs, by_map: Collection[str]) -> tuple[SourceTable, list[str]]:
    """The table of persons of a file, and the names of the other sheets that have a table.

    Raises UsageError where several tables tell who somebody is.
    """
    sources = read_sheets(path, None, read_as.encoding, read_as.sheets)
    known = [{*held_by(survey, source.header).values()} for source in sources]
    chosen = [{*map(compared, source.header)} & {*by_map} for source in sources]
    of_persons = [source for source, held, map_ in zip(sources, known, chosen, strict=True) if held & TELLING or map_]
    if len(sources) == 1:
        return sources[0], []
    if len(of_persons) != 1:
        names = ", ".join(str(source.sheet) for source in of_persons or sources)
        raise UsageError("link_several_sheets", file=path.name, sheets=names)
    return of_persons[0], [str(source.sheet) for source in sources if source is not of_persons[0]]


def _frame(source: SourceTable) -> pd.DataFrame:
    """The cells under their headers, indexed by the sheet's row numbers; of two columns of one header, the first."""
    columns: dict[str, pd.Series] = {}
    for index, header in enumerate(source.header):
        if header.strip() and header not in columns:
            codes, texts = source.encoded(index)
            cells = pd.Series(texts.to_pandas(), dtype="str").reindex(pd.Index(codes))
            columns[header] = cells.set_axis(source.rows)
    return pd.DataFrame(columns, index=pd.Index(source.rows))


def _held(survey: Survey, headers: Iterable[str], chosen: Mapping[str, str | None]) -> dict[str, str]:
    """What the columns hold: as chosen, else as their headers are known, where nothing else was chosen for that."""
    of_header = {compared(header): held for header, held in chosen.items()}
    known_names = list(headers)
    missing = [header for header in chosen if compared(header) not in set(map(compared, known_names))]
    if missing:
        raise UsageError("link_column_missing", column=missing[0], known=", ".join(known_names))
    taken = set(of_header.values())
    known = {header: held for header, held in held_by(survey, known_names).items() if held not in taken}
    both = {header: of_header.get(compared(header), known.get(header)) for header in known_names}
    both |= {header: None for header in known_names if of_header.get(compared(header), "") is None}
    return {header: held for header, held in both.items() if held is not None}


def _checked(survey: Survey, fields: Mapping[str, str]) -> dict[str, str | None]:
    return {header: checked_held(survey, held) for header, held in fields.items()}


def _map(survey: Survey, mapping: str | Path | None) -> dict[str, str | None]:
    """What a map says of each header, None for "leave out"; raises UsageError where it is no map."""
    if mapping is None:
        return {}
    path = Path(mapping)
    if path.suffix.lower() in _YAML:
        if not path.is_file():
            raise UsageError("map_unreadable", file=str(path), reason="")
        try:
            lines = {
                str(header): str(field or "") for header, field in read_mapping(path.parent, path.name).content.items()
            }
        except BadDocument as bad:
            raise UsageError("map_broken", file=path.name, reason=bad.problem) from None
    else:
        lines = {header: field for _, header, field in map_lines(path)}
    words = {compared(leave_out(language)) for language in LANGUAGES}
    return {
        header: None if compared(field) in words else checked_held(survey, field)
        for header, field in lines.items()
        if field.strip()
    }


def _with_cells(pairs: pd.DataFrame, tables: list[pd.DataFrame], headers: list[str]) -> pd.DataFrame:
    """The pairs with the cells that were looked at, of both rows side by side."""
    for header in headers:
        for side, table in (("left", tables[0]), ("right", tables[-1])):
            if header in table.columns:
                pairs[f"{side} {header}"] = table[header].reindex(pairs[side]).to_numpy()
    return pairs
