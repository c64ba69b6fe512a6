"""A store's rows into a data set, a partition at a time: what stands there as the store has it is not written again."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import duckdb
import pandas as pd

from cpms_cli.datasets.folder.fitting import check_fits, check_one_store_each, check_place, digest_by_now, make_folder
from cpms_cli.datasets.folder.manifest import (
    DEFINITION,
    FORMAT,
    HOUSEHOLDS,
    Manifest,
    Partition,
    Rows,
    hold_dataset,
    is_up_to_date,
    label_of,
    partition_name,
    read_manifest,
    remove_partitions,
    write_manifest,
)
from cpms_cli.datasets.folder.series import name_of_series, name_of_store, series_key
from cpms_cli.datasets.folder.typed_rows import described_columns, parquet_of, typed_rows
from cpms_cli.errors import UsageError
from cpms_cli.linking.provinces.moved_workbook import read_moved
from cpms_cli.store.tables.pseudonym_key import pseudonym_key
from cpms_cli.summaries.records.child_records import FIELDS_NOT_ASKED, Disclosed, make_records
from cpms_cli.summaries.records.household_records import make_household_records
from cpms_cli.survey.area_widths import PROVINCE
from cpms_cli.survey.model.definition import Survey
from cpms_cli.survey.opening.packed_definition import packed_definition
from cpms_cli.workspace import Workspace
from cpms_cli.writing.files import write_bytes
from cpms_cli.writing.owner_only import for_owner_alone

_FILE, _HOUSEHOLDS_FILE = "children.parquet", "households.parquet"


@dataclass(frozen=True)
class Exported:
    """The names of the partitions that were `written`, of those left as they were (`same`), and of those `removed`
    since the store has no rows of them any more; how many rows the data set has now, of all stores, and its `columns`.
    """

    detail: Rows
    written: tuple[str, ...] = ()
    same: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    rows: int = 0
    columns: tuple[str, ...] = ()


@dataclass(frozen=True)
class Watching:
    """Who looks on: `begin` is given how many partitions there are, `tell` the name of each."""

    begin: Callable[[int], None] = lambda _count: None
    tell: Callable[[str], None] = lambda _name: None


@dataclass(frozen=True)
class _Part:
    """The rows of a province in a round, as the store has them: what is another when a row of them is."""

    province: str
    round: int
    fingerprint: str

    @property
    def name(self) -> str:
        return partition_name(self.province, self.round)


def export_dataset(  # noqa: PLR0913 - public: what can be asked, each by its own keyword
    store: str | Path,
    folder: str | Path,
    *,
    audience: str = "public",
    identified: bool = False,
    moved: str | Path | None = None,
    schemas: Path | None = None,
    tool_version: str = "",
) -> Exported:
    """Write a store's child rows, with their answers and scores, as Parquet by province and round.

    As `child_records`: masked, or with names where they are `identified`; the store's logs say so of each partition
    that is written. What is there as the store has it is not written again. A folder may hold the rows of several
    stores, each of other partitions; children who by the workbook `moved` (of `link_provinces`) came from another of
    them go by the identifier that they had first. Raises UsageError, UnreadableFile, StoreError.
    """
    counted_as = None if moved is None else read_moved(Path(moved))
    with Workspace.from_paths(store, schemas, identified=identified, writes=True) as workspace:
        return write_dataset(
            workspace, Path(folder), audience=audience, counted_as=counted_as, tool_version=tool_version
        )


def write_dataset(  # noqa: PLR0913 - as `export_dataset`
    workspace: Workspace,
    folder: Path,
    *,
    audience: str = "public",
    counted_as: Mapping[str, str] | None = None,
    tool_version: str = "",
    watching: Watching | None = None,
) -> Exported:
    """As `export_dataset`, in a workspace; `counted_as` says by which identifier another child of the store goes."""
    survey, own = workspace.survey, pseudonym_key(workspace.connection)
    key = series_key(own)
    detail: Rows = "identified" if workspace.identified else "masked"
    series = None if workspace.identified else name_of_series(key, audience)
    asked = Manifest(survey.digest, detail, audience, series, moved=counted_as is not None)
    how = f"{FORMAT} {tool_version} {survey.digest} {detail} {audience} {series}"
    if counted_as:
        how += f" {hashlib.sha256(repr(sorted(counted_as.items())).encode()).hexdigest()}"
    parts = _parts(workspace.connection, survey, how)
    if not parts:
        raise UsageError("no_rows_to_export")
    check_place(folder)
    with for_owner_alone():
        make_folder(folder)
        with hold_dataset(folder):
            disclosed = Disclosed(detail, None, audience, None, key, counted_as or {})
            export = _Export(workspace, folder, name_of_store(own), disclosed)
            return export.run(asked, parts, watching or Watching())


def _parts(connection: duckdb.DuckDBPyConnection, survey: Survey, how: str) -> list[_Part]:
    """The provinces and rounds of the store; `how` is by what definition, and how much, is told of their rows."""
    village, round_ = survey.role("village").name, survey.role("round").name
    place = f"left({village}, {PROVINCE}) AS province, {round_}::INTEGER AS year"
    rows = connection.execute(f"""
        WITH child AS (
            SELECT {place}, count(*) AS children, bit_xor(md5_number(c::VARCHAR)) AS of_children
            FROM (SELECT * EXCLUDE (sheet, row_number) FROM current_child) c
            GROUP BY ALL
        ),
        home AS (
            SELECT {place}, count(*) AS homes, bit_xor(md5_number(h::VARCHAR)) AS of_homes
            FROM (SELECT * EXCLUDE (sheet, row_number) FROM current_household) h
            GROUP BY ALL
        )
        SELECT province, year, children, of_children, homes, of_homes
        FROM child
        LEFT JOIN home USING (province, year)
        ORDER BY ALL""").fetchall()
    return [
        _Part(province, year, hashlib.sha256(f"{how} {content}".encode()).hexdigest()[:32])
        for province, year, *content in rows
    ]


@dataclass(frozen=True)
class _Export:
    """What partitions are written with: the workspace, the data set's folder, the name of the store, and how much of
    who a child is is told."""

    workspace: Workspace
    folder: Path
    store: str
    disclosed: Disclosed

    def run(self, asked: Manifest, parts: list[_Part], watching: Watching) -> Exported:
        """Write what is new; the folder is held."""
        manifest = read_manifest(self.folder)
        if manifest is None:
            manifest = asked
            packed = packed_definition(self.workspace.survey)
            if packed is not None:
                write_bytes(self.folder / DEFINITION, packed)
        elif digest_by_now(self.folder, manifest) == asked.definition:
            # An earlier version called the very same definition otherwise, and each file of the set says so.
            asked = replace(asked, definition=manifest.definition)
        check_fits(self.folder, manifest, asked)
        if manifest.moved and not asked.moved:
            raise UsageError("dataset_moved", folder=self.folder)
        manifest = replace(manifest, moved=asked.moved)
        check_one_store_each(self.folder, manifest, self.store, [part.name for part in parts])
        watching.begin(len(parts))
        written, same = list[str](), list[str]()
        for part in parts:
            if is_up_to_date(self.folder, manifest.by_name.get(part.name), part.fingerprint):
                same.append(part.name)
            else:
                manifest = self._write(manifest, part)
                written.append(part.name)
            watching.tell(part.name)
        names = {part.name for part in parts}
        removed = [each.name for each in manifest.partitions if each.store == self.store and each.name not in names]
        manifest = remove_partitions(self.folder, manifest, removed)
        columns = tuple(str(column["name"]) for column in manifest.columns)
        return Exported(manifest.detail, tuple(written), tuple(same), tuple(removed), manifest.rows, columns)

    def _write(self, manifest: Manifest, part: _Part) -> Manifest:
        """Write a partition, and then the manifest that names it."""
        survey, label = self.workspace.survey, label_of(manifest)
        records = make_records(self.workspace, self.disclosed, area=part.province, round_=part.round, to_be_scored=True)
        homes = make_household_records(self.workspace, self.disclosed, area=part.province, round_=part.round)
        table = typed_rows(survey, records.frame)
        content, path = parquet_of(table, label), f"{part.name}/{_FILE}"
        of_homes, further = parquet_of(typed_rows(survey, homes), label), f"{HOUSEHOLDS}/{part.name}/{_HOUSEHOLDS_FILE}"
        for file, bytes_ in ((further, of_homes), (path, content)):
            make_folder((self.folder / file).parent)
            write_bytes(self.folder / file, bytes_)
        unasked, partly = _unasked(survey, records.frame, homes)
        partition = Partition(
            part.province,
            part.round,
            path,
            table.num_rows,
            hashlib.sha256(content).hexdigest(),
            self.store,
            part.fingerprint,
            {further: hashlib.sha256(of_homes).hexdigest()},
            unasked,
            partly,
        )
        columns = described_columns(survey, table.schema)
        manifest = replace(manifest.with_partition(partition), columns=columns, format=FORMAT)
        write_manifest(self.folder, manifest)
        return manifest


def _unasked(survey: Survey, children: pd.DataFrame, homes: pd.DataFrame) -> tuple[list[str], list[str]]:
    """Return the questions that no row was asked, and those that some rows were not."""
    unasked, partly = list[str](), list[str]()
    for table, rows in ((survey.household, homes), (survey.child, children)):
        listed = set(rows[FIELDS_NOT_ASKED].str.split(";").explode())
        for asked in table.fields:
            partly += [asked.name] if asked.name in listed else []
            if rows.empty or (asked.name in rows and (rows[asked.name] == survey.not_asked).all()):
                unasked.append(asked.name)
    return unasked, partly
