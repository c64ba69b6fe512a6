"""The story of the product on one page: read, check, set aside, store, link; one transaction, all or nothing."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

import duckdb
import pandas as pd

from cpms_cli.checking.columns_not_read import Asked, check_answers_read, left_out
from cpms_cli.checking.interview_years import LAST_YEARS_FORM
from cpms_cli.checking.mending.quarantine import SetAside, free_name, unused_workbook, write_quarantine
from cpms_cli.checking.mending.unread_cells import has_unread_cells
from cpms_cli.checking.unasked import holds_unasked
from cpms_cli.checking.validation import NOTHING_ELSE, Against, check
from cpms_cli.checking.values.columns import ColumnFault
from cpms_cli.errors import UnreadableFile, UsageError
from cpms_cli.interrupts import uninterrupted
from cpms_cli.linking.displaced import displaced_children
from cpms_cli.linking.store_links import relink
from cpms_cli.merging.disputes_of_bundles import NO_DISPUTES, DisputesTaken, take_in_disputes
from cpms_cli.merging.packed import Packed, read_packed
from cpms_cli.merging.row_fates import (
    batches_of,
    count_families,
    count_rows,
    note_arrivals,
    set_rows_aside,
)
from cpms_cli.reading.header.mapping import Maps
from cpms_cli.reading.source import Files, file_paths
from cpms_cli.reading.survey_table import SurveyTable
from cpms_cli.reading.tables import ReadAs, read_files
from cpms_cli.store.access.connection import commit
from cpms_cli.store.access.write_outcome import made_beside
from cpms_cli.store.audit_log import Recorder, current_user
from cpms_cli.store.definitions.definition_in_use import check_is_followed, definition_to_write
from cpms_cli.store.file import open_store
from cpms_cli.store.history import add_batches, keep_anchors, next_batch, note_new_anchors
from cpms_cli.store.logs.response_writing import Imported, Intake, take_in
from cpms_cli.store.rows.known_answers import leave_corrected_rows
from cpms_cli.store.rows.row_writing import accept, holds_rows, remember_refusals, write
from cpms_cli.store.tables.response_tables import SURVEY
from cpms_cli.store.tables.run_tables import keep_definition
from cpms_cli.survey.country_time import country_today
from cpms_cli.survey.language import FALLBACK
from cpms_cli.survey.model.definition import Language, Survey, Table


@dataclass(frozen=True)
class Merge:
    """What became of the rows.

    `files` has a row per file: file, rows_in, stored, unchanged, quarantined, known (merged before, to the byte), and
    among these rows no_consent (only the key is stored) and repeated (the very same as another row); `families` counts
    those with `no_consent`, the `disputed` (rows disagree on consent, all are set aside) and the `withdrawn` (what the
    store held of them is deleted); `set_aside` the rows set aside (`source`, `row`, `silent` for a family without
    consent), `new_people` how many children were not known before, `doubtful` how many pairs of rows wait for a person;
    `responses` what became of the responses that bundles brought along, None where there was no bundle; `disputes` the
    same of what families say is wrong; `asked` how the merge was asked for.
    """

    files: pd.DataFrame
    findings: pd.DataFrame
    tables: tuple[SurveyTable, ...]
    set_aside: pd.DataFrame
    families: dict[str, int]
    quarantine: Path | None
    new_people: int
    doubtful: int
    responses: Imported | None = None
    disputes: DisputesTaken = NO_DISPUTES
    asked: Asked = field(default_factory=Asked)

    def total(self, column: str) -> int:
        """The sum of one count over all files."""
        return int(self.files[column].sum())

    @property
    def exit_code(self) -> int:
        """0: all is in the store; 1: rows were set aside, or answers, cells, a column or a sheet left out on which
        nobody decided."""
        unread = left_out(self.tables) or holds_unasked(self.tables) or has_unread_cells(self.findings, self.set_aside)
        of_log = self.responses.exit_code if self.responses else 0
        return 1 if self.total("quarantined") or unread else of_log


def merge(  # noqa: PLR0913 - what the command takes
    paths: Files,
    store: str | Path,
    *,
    round_: int | None = None,
    quarantine: str | Path | None = None,
    schemas: Path | None = None,
    encoding: str | None = None,
    language: Language = FALLBACK,
    tool_version: str = "",
    who: str | None = None,
    mapping: Maps | None = None,
    sheets: Collection[str] | None = None,
    village: str | None = None,
    round_is_sure: bool | None = None,
) -> Merge:
    """Merge survey files into a store, made if it is missing.

    Rows with errors are set aside into the workbook `quarantine` (beside the store, named after it, if not given),
    to be mended and merged again; each merge makes its own, and writes over no file. In = stored + unchanged + set
    aside, for each file. `mapping` says which headers are which fields, `sheets` which sheets are read, and `village`
    of which village the rows are, as for `validate`. Everything is one transaction: on any error the store is as it
    was. Raises AnswersNotRead while a column that is not read holds answers and `mapping` does not say what it is;
    UsageError where the rows would take the place of last year's answers (`last_years_form`), unless `round_` is given
    or `round_is_sure`; UnreadableFile, UsageError, DefinitionError, StoreError.
    """
    survey, store_path = definition_to_write(store, schemas), Path(store)
    files, aside = file_paths(paths), unused_workbook(quarantine)
    read_as = ReadAs(round_, encoding, mapping, sheets, village)
    tables = tuple(read_files(files, survey, read_as))
    check_holds_answers(survey, tables)
    asked = Asked(files, mapping, further_words(store_path, schemas, read_as), store_path)
    check_answers_read(survey, tables, asked, "merge", language)
    recorder = Recorder(who or current_user(), tool_version)
    packed = read_packed(files, survey)
    sure = round_ is not None if round_is_sure is None else round_is_sure
    incoming = Incoming(files, tables, recorder, store_path, aside, language, packed, round_is_sure=sure)
    merged = merge_tables(survey, incoming)
    return replace(merged, asked=asked)


def merge_tables(survey: Survey, incoming: Incoming) -> Merge:
    """Merge tables that were read from files into a store, as `merge` does; raises as it does."""
    return merge_each(survey, [incoming])[0]


def merge_each(survey: Survey, each: Sequence[Incoming]) -> list[Merge]:
    """Merge what came in several parts, for one store: part by part, as if each were merged by itself, in one
    transaction. Children are linked once, at its end, which costs about as much for many files as for one.

    No round of a village may stand in two parts: what a part is compared with is linked already. `new_people` and
    `doubtful` of each merge are those of all parts. Raises as `merge` does.
    """
    store, version = each[0].store, each[0].recorder.tool_version
    rows = sum(len(table.rows) for incoming in each for table in incoming.tables)
    with (
        made_beside(store) as made,
        open_store(store, survey, write=True, made_by=version, rows=rows) as connection,
    ):
        check_is_followed(connection, survey)
        connection.execute("BEGIN")
        merges = _merge_each(connection, survey, each, made)
        commit(connection)
    return merges


def merge_within(connection: duckdb.DuckDBPyConnection, survey: Survey, incoming: Incoming, made: list[Path]) -> Merge:
    """Merge tables in the caller's transaction; the files that are made beside the store are added to `made`."""
    return _merge_each(connection, survey, [incoming], made)[0]


def further_words(store: Path, schemas: Path | None, read_as: ReadAs) -> tuple[str, ...]:
    """What else is typed to merge the same files once more."""
    options: list[tuple[str, object]] = [("--store", store), ("--round", read_as.round), ("--schemas", schemas)]
    options += [("--encoding", read_as.encoding), ("--village", read_as.village)]
    options += [("--sheet", sheet) for sheet in read_as.sheets or ()]
    return tuple(word for name, value in options if value is not None for word in (name, str(value)))


@dataclass(frozen=True)
class Incoming:
    """What is merged, by whom, and where rows are set aside: into `quarantine`, or beside the store.

    `packed` is what bundles among the files bring along, `in_columns` the faults in the columns of each table, where
    they are known already; `round_is_sure` as in `Against`.
    """

    files: list[Path]
    tables: tuple[SurveyTable, ...]
    recorder: Recorder
    store: Path
    quarantine: Path | None
    language: Language
    packed: Packed | None = None
    in_columns: Sequence[Sequence[ColumnFault]] | None = None
    round_is_sure: bool = False

    def aside(self, batch: int) -> Path:
        """The workbook of the rows set aside."""
        return self.quarantine or free_name(self.store, batch)

    def responses(self, bundles: list[Path], recorder: Recorder) -> Intake:
        """What the bundles among the files say of responses."""
        today = country_today()
        return Intake(bundles, recorder, lambda batch: free_name(self.store, batch), today, self.language)


def _merge_each(
    connection: duckdb.DuckDBPyConnection, survey: Survey, each: Sequence[Incoming], made: list[Path]
) -> list[Merge]:
    first = next_batch(connection)
    each = [replace(incoming, recorder=replace(incoming.recorder, merge_id=first)) for incoming in each]
    stored = [_store_rows(connection, survey, incoming, made) for incoming in each]
    before = _people(connection, survey)
    keep_anchors(connection)
    doubtful = relink(connection, survey)
    note_new_anchors(connection, first)
    of_bundles = [_take_in_packed(connection, survey, incoming, made) for incoming in each]
    new = _people(connection, survey) - before
    keep_definition(connection, survey)
    return [
        replace(merge, new_people=new, doubtful=doubtful, responses=responses, disputes=disputes)
        for merge, (responses, disputes) in zip(stored, of_bundles, strict=True)
    ]


def _store_rows(connection: duckdb.DuckDBPyConnection, survey: Survey, incoming: Incoming, made: list[Path]) -> Merge:
    """Check the rows, store those without errors and set the others aside; nothing is linked yet."""
    tables, files = incoming.tables, incoming.files
    arrivals = note_arrivals(connection, survey, tables, files)
    first, known = arrivals.first_batch, arrivals.known
    stored = ("current_child", "current_household")
    displaced = partial(displaced_children, child=stored[0], household=stored[1], passed=known)
    against = Against(stored=stored, passed=known, beside=displaced) if holds_rows(connection) else NOTHING_ELSE
    against = replace(against, in_columns=incoming.in_columns, round_is_sure=incoming.round_is_sure)
    findings = check(connection, survey, tables, against)
    _check_round(findings)
    remember_refusals(connection, survey)
    rejected = set_rows_aside(connection, survey, findings)
    accept(connection, survey, _lacking(survey, tables, arrivals.new_answers))
    leave_corrected_rows(connection, survey, arrivals.new_answers)
    withdrawn = write(connection, survey)
    counts = count_rows(connection, survey, tables, files, known)
    families = {"withdrawn": withdrawn, **count_families(connection)}
    add_batches(connection, batches_of(counts, files, arrivals), incoming.recorder, survey.digest, SURVEY)
    workbook = None
    if len(rejected):
        with uninterrupted():
            aside = SetAside(rejected, findings)
            workbook = write_quarantine(incoming.aside(first), survey, tables, aside, incoming.language)
            made.append(workbook)
    return Merge(counts, findings, tables, rejected, families, workbook, 0, 0)


def _take_in_packed(
    connection: duckdb.DuckDBPyConnection, survey: Survey, incoming: Incoming, made: list[Path]
) -> tuple[Imported | None, DisputesTaken]:
    """Store what bundles bring along beside the survey, once their children are linked."""
    packed, recorder = incoming.packed, incoming.recorder
    if packed is None:
        return None, NO_DISPUTES
    responses = take_in(connection, survey, packed.responses, incoming.responses([*packed.disputes], recorder))
    if responses.quarantine is not None:
        made.append(responses.quarantine)
    return responses, take_in_disputes(connection, survey, packed.disputes, recorder)


def check_holds_answers(survey: Survey, tables: tuple[SurveyTable, ...]) -> None:
    """Raise UnreadableFile for a sheet of children that has nothing but keys: it would blank what is known."""
    keys = {*survey.key("child"), survey.role("person").name, survey.role("home").name}
    for table in tables:
        if table.table == "child" and not set(table.columns) - keys:
            raise UnreadableFile("no_answers", file=table.source.path.name, sheet=table.source.sheet or "")


def _check_round(findings: pd.DataFrame) -> None:
    """Raise UsageError for the first file that would take the place of last year's answers."""
    for fault in findings[findings["check"] == LAST_YEARS_FORM].to_dict("records"):
        figures = json.loads(str(fault["figures"]))
        raise UsageError("merge_last_year", file=fault["file"], sheet=fault["sheet"] or "", **figures)


def _lacking(
    survey: Survey, tables: tuple[SurveyTable, ...], new_answers: Mapping[int, frozenset[str]]
) -> dict[Table, dict[int, list[str]]]:
    """By table and place in `tables`, the columns that a sheet has not; of a file that was merged before, all but those
    of `new_answers`."""
    lacking: dict[Table, dict[int, list[str]]] = {}
    for source, table in enumerate(tables):
        columns = new_answers.get(source, {*table.columns, *table.given})
        kinds: tuple[Table, ...] = ("child", "household") if source in new_answers else (table.table,)
        for kind in kinds:
            names = [name for name in survey.columns(kind) if name not in columns]
            lacking.setdefault(kind, {})[source] = names
    return lacking


def _people(connection: duckdb.DuckDBPyConnection, survey: Survey) -> int:
    row = connection.execute(f"SELECT count(DISTINCT {survey.role('person').name}) FROM child_link").fetchone()
    return int(row[0]) if row else 0
