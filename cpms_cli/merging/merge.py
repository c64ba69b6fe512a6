"""The story of the product on one page: read, check, set aside, store, link; one transaction, all or nothing."""

from __future__ import annotations

import datetime
import hashlib
from collections.abc import Collection
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

import duckdb
import pandas as pd

from cpms_cli.checking.columns_not_read import Asked, check_answers_read, left_out
from cpms_cli.checking.mending.quarantine import free_name, write_quarantine
from cpms_cli.checking.repeated import REPEATED
from cpms_cli.checking.validation import Against, check
from cpms_cli.errors import UnreadableFile, UsageError
from cpms_cli.interrupts import uninterrupted
from cpms_cli.linking.displaced import displaced_children
from cpms_cli.linking.store_links import relink
from cpms_cli.reading.book.bundle import is_bundle
from cpms_cli.reading.header.mapping import Mapped
from cpms_cli.reading.response_log import read_responses
from cpms_cli.reading.source import Files, file_paths
from cpms_cli.reading.tables import ReadAs, SurveyTable, read_files
from cpms_cli.store.audit_log import current_user, now
from cpms_cli.store.connection import commit
from cpms_cli.store.file import open_store
from cpms_cli.store.history import keep_anchors, next_batch, note_new_anchors
from cpms_cli.store.row_writing import accept, refusals, remember_refusals, write
from cpms_cli.store.safety.write_outcome import made_beside
from cpms_cli.store.tables.response_tables import SURVEY
from cpms_cli.store.tables.response_writing import By, Imported, take_in
from cpms_cli.store.tables.run_tables import keep_definition
from cpms_cli.survey.files.loading import load_survey
from cpms_cli.survey.model.definition import Language, Survey, Table
from cpms_cli.survey.rules.typed_answers import quoted


@dataclass(frozen=True)
class Merge:
    """What became of the rows.

    `files` has a row per file: file, rows_in, stored, unchanged, quarantined, known (merged before, to the byte), and
    among these rows no_consent (only the key is stored) and repeated (the very same as another row); `families` counts
    those with `no_consent`, the `disputed` (rows disagree on consent, all are set aside) and the `withdrawn` (what the
    store held of them is deleted); `set_aside` the rows set aside (`source`, `row`, `silent` for a family without
    consent), `new_people` how many children were not known before, `doubtful` how many pairs of rows wait for a person;
    `responses` what became of the responses that bundles brought along, None where there was no bundle; `asked` how the
    merge was asked for.
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
    asked: Asked = field(default_factory=Asked)

    def total(self, column: str) -> int:
        """The sum of one count over all files."""
        return int(self.files[column].sum())

    @property
    def exit_code(self) -> int:
        """0: all is in the store; 1: rows were set aside, or a column or a sheet left out on which nobody decided."""
        of_log = self.responses.exit_code if self.responses else 0
        return 1 if self.total("quarantined") or left_out(self.tables) else of_log


def file_digest(path: Path) -> str:
    """SHA-256 of a file's bytes."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def merge(
    paths: Files,
    store: str | Path,
    *,
    round_: int | None = None,
    quarantine: str | Path | None = None,
    schemas: Path | None = None,
    encoding: str | None = None,
    language: Language = "en",
    tool_version: str = "",
    who: str | None = None,
    mapping: Mapped | None = None,
    sheets: Collection[str] | None = None,
) -> Merge:
    """Merge survey files into a store, made if it is missing.

    Rows with errors are set aside into the workbook `quarantine` (beside the store, named after it, if not given),
    to be mended and merged again; each merge makes its own, and writes over no file. In = stored + unchanged + set
    aside, for each file. `mapping` says which headers are which fields and `sheets` which sheets are read, as for
    `validate`. Everything is one transaction: on any error the store is as it was. Raises AnswersNotRead while a column
    that is not read holds answers and `mapping` does not say what it is; UnreadableFile, UsageError, DefinitionError,
    StoreError.
    """
    survey, store_path = load_survey(schemas), Path(store)
    files, aside = file_paths(paths), None if quarantine is None else Path(quarantine)
    if aside is not None and aside.exists():
        # Perhaps the workbook of an earlier merge, half mended, or the survey itself.
        raise UsageError("file_exists", file=aside.name)
    tables = tuple(read_files(files, survey, ReadAs(round_, encoding, mapping, sheets)))
    _check_answers(survey, tables)
    asked = Asked(files, mapping, _further_words(store_path, round_, schemas, encoding, sheets))
    check_answers_read(survey, tables, asked, "merge", language)
    with (
        made_beside(store_path) as made,
        open_store(
            store_path,
            survey,
            write=True,
            create=True,
            tool_version=tool_version,
            rows=sum(len(table.rows) for table in tables),
        ) as connection,
    ):
        connection.execute("BEGIN")
        merged = _merge(
            connection, survey, tables, files, aside, store_path, language, tool_version, who or current_user(), made
        )
        keep_definition(connection, survey)
        commit(connection)
    return replace(merged, asked=asked)


def _further_words(
    store: Path, round_: int | None, schemas: Path | None, encoding: str | None, sheets: Collection[str] | None
) -> tuple[str, ...]:
    """What else is typed to merge the same files once more."""
    options = [("--store", store), ("--round", round_), ("--schemas", schemas), ("--encoding", encoding)]
    options += [("--sheet", sheet) for sheet in sheets or ()]
    return tuple(word for name, value in options if value is not None for word in (name, str(value)))


def _merge(
    connection: duckdb.DuckDBPyConnection,
    survey: Survey,
    tables: tuple[SurveyTable, ...],
    files: list[Path],
    quarantine: Path | None,
    store: Path,
    language: Language,
    tool_version: str,
    who: str,
    made: list[Path],
) -> Merge:
    first, known = _arrivals(connection, tables, files)
    stored = ("current_child", "current_household")
    displaced = partial(displaced_children, child=stored[0], household=stored[1], passed=known)
    findings = check(connection, survey, tables, Against(stored=stored, passed=known, beside=displaced))
    remember_refusals(connection, survey)
    rejected = _reject(connection, survey, findings)
    accept(connection, survey, _lacking(survey, tables))
    withdrawn = write(connection, survey)
    counts = _counts(connection, survey, tables, files)
    families = {"withdrawn": withdrawn, **_families(connection)}
    _record(connection, survey, counts, files, first, tool_version, who)
    before = _people(connection, survey)
    keep_anchors(connection)
    doubtful = relink(connection, survey)
    note_new_anchors(connection, first)
    aside = quarantine or free_name(store, first)
    workbook = None
    if len(rejected):
        with uninterrupted():
            workbook = write_quarantine(aside, survey, tables, rejected, findings, language)
            made.append(workbook)
    packed = [path for path in files if is_bundle(path)]
    responses = (
        take_in(
            connection,
            survey,
            read_responses(packed, survey),
            packed,
            datetime.date.today(),
            By(who, tool_version, merge_id=first),
            lambda batch: free_name(store, batch),
            language,
        )
        if packed
        else None
    )
    if responses is not None and responses.quarantine is not None:
        made.append(responses.quarantine)
    new = _people(connection, survey) - before
    return Merge(counts, findings, tables, rejected, families, workbook, new, doubtful, responses)


def _check_answers(survey: Survey, tables: tuple[SurveyTable, ...]) -> None:
    """Raise UnreadableFile for a sheet of children that has nothing but keys: it would blank what is known."""
    keys = {*survey.key("child"), survey.role("person").name, survey.role("home").name}
    for table in tables:
        if table.table == "child" and not set(table.columns) - keys:
            raise UnreadableFile("no_answers", file=table.source.path.name, sheet=table.source.sheet or "")


def _lacking(survey: Survey, tables: tuple[SurveyTable, ...]) -> dict[Table, dict[int, list[str]]]:
    """By table and place in `tables`, the columns that a sheet has not."""
    lacking: dict[Table, dict[int, list[str]]] = {}
    for source, table in enumerate(tables):
        columns = {*table.columns, *table.given}
        lacking.setdefault(table.table, {})[source] = [
            name for name in survey.columns(table.table) if name not in columns
        ]
    return lacking


def _people(connection: duckdb.DuckDBPyConnection, survey: Survey) -> int:
    row = connection.execute(f"SELECT count(DISTINCT {survey.role('person').name}) FROM child_link").fetchone()
    return int(row[0]) if row else 0


def _arrivals(
    connection: duckdb.DuckDBPyConnection, tables: tuple[SurveyTable, ...], files: list[Path]
) -> tuple[int, list[int]]:
    """Create `arrival`, which says of each table its batch and whether its file was merged before; the first batch, and
    the tables (`_source`) of files that were."""
    first = next_batch(connection)
    merged = connection.execute(f"SELECT sha256 FROM batch WHERE kind = {quoted(SURVEY)}").fetchall()
    seen = {str(row[0]) for row in merged}
    known = {path: file_digest(path) in seen for path in files}
    arrival = pd.DataFrame(
        {
            "_source": range(len(tables)),
            "batch_id": [first + files.index(table.source.path) for table in tables],
            "sheet": pd.Series([table.source.sheet for table in tables], dtype="str"),
            "known": [known[table.source.path] for table in tables],
        }
    )
    connection.register("arrived", arrival)
    connection.execute("CREATE OR REPLACE TEMP TABLE arrival AS SELECT * FROM arrived")
    connection.unregister("arrived")
    return first, arrival.loc[arrival["known"], "_source"].tolist()


def _reject(connection: duckdb.DuckDBPyConnection, survey: Survey, findings: pd.DataFrame) -> pd.DataFrame:
    """Create `rejected`, the rows with errors; of a family that did not consent only errors in the key count.

    `silent` marks the rows of such families, of which nothing but the key may be written anywhere; `of_home` rows in
    which not only a child's answers are wrong.
    """
    errors = findings.loc[findings["severity"] == "error", ["source", "row", "field"]]
    connection.register("faulty", errors.astype({"source": "int64", "row": "int64", "field": "str"}))
    home = ", ".join(survey.key("household"))
    keys = ", ".join(quoted(name) for name in survey.key("child"))
    own = ", ".join(quoted(field.name) for field in survey.child.fields)
    # What is wrong above or below the records (`record_row`) is told, and is no row to be set aside.
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE rejected AS WITH unwilling_row AS ("
        f" SELECT _source, _row FROM staged_child JOIN unwilling USING ({home}) UNION"
        f" SELECT _source, _row FROM staged_household JOIN unwilling USING ({home}))"
        ", record_row AS (SELECT _source, _row FROM staged_child UNION SELECT _source, _row FROM staged_household)"
        " SELECT f.source::INTEGER AS _source, f.row::BIGINT AS _row, bool_or(u._row IS NOT NULL) AS silent,"
        f" bool_or(field NOT IN ({own})) AS of_home"
        " FROM faulty f SEMI JOIN record_row r ON r._source = f.source AND r._row = f.row"
        " LEFT JOIN unwilling_row u ON u._source = f.source AND u._row = f.row"
        f" WHERE field IN ({keys}) OR u._row IS NULL GROUP BY ALL"
    )
    connection.unregister("faulty")
    return connection.execute("SELECT _source AS source, _row AS row, silent FROM rejected ORDER BY ALL").df()


def _counts(
    connection: duckdb.DuckDBPyConnection, survey: Survey, tables: tuple[SurveyTable, ...], files: list[Path]
) -> pd.DataFrame:
    """Rows by fate for each file; a row of a flat sheet is stored when its child or its household is.

    Creates `silent_row`: the rows of which nothing but the key is stored, with their household's key.
    """
    home = ", ".join(survey.key("household"))
    read = (
        f"SELECT _source, _row, {home} FROM staged_child UNION ALL"
        f" SELECT _source, _row, {home} FROM staged_household WHERE _differ IS NULL"
    )
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE silent_row AS SELECT * FROM ({read}) SEMI JOIN unwilling USING ({home})"
        " ANTI JOIN rejected USING (_source, _row)"
        # What a file merged before says may have been taken back since.
        f" WHERE _source NOT IN (SELECT _source FROM arrival WHERE known) OR ({home}) IN ({refusals(survey)})"
    )
    fate = (
        connection.execute(
            f"WITH row_read AS (SELECT _source, _row FROM ({read}) UNION ALL FROM {REPEATED}),"
            " row_written AS (SELECT _source, _row FROM written WHERE of_table = 'child' UNION"
            " SELECT _source, _row FROM written JOIN staged_household h USING (_source, _row)"
            " WHERE of_table = 'household' AND h._differ IS NULL UNION"
            f" SELECT c._source, c._row FROM staged_child c JOIN staged_household h USING (_source, {home})"
            " JOIN written w ON w.of_table = 'household' AND w._source = h._source AND w._row = h._row)"
            " SELECT _source, count(*) AS rows_in, count(r._row) AS quarantined,"
            " count(w._row) FILTER (r._row IS NULL) AS stored, count(s._row) AS no_consent, count(a._row) AS repeated"
            " FROM row_read LEFT JOIN rejected r USING (_source, _row) LEFT JOIN row_written w USING (_source, _row)"
            f" LEFT JOIN silent_row s USING (_source, _row) LEFT JOIN {REPEATED} a USING (_source, _row)"
            " GROUP BY _source"
        )
        .df()
        .set_index("_source")
    )
    known = connection.execute("SELECT _source, known FROM arrival").df().set_index("_source")["known"]
    by_table = fate.reindex(range(len(tables)), fill_value=0)
    by_table["known"] = known.reindex(range(len(tables)), fill_value=False)
    by_table["at"] = [files.index(table.source.path) for table in tables]
    summed = dict.fromkeys(("rows_in", "stored", "quarantined", "no_consent", "repeated"), "sum")
    counts = by_table.groupby("at").agg({**summed, "known": "any"})
    counts.insert(2, "unchanged", counts["rows_in"] - counts["stored"] - counts["quarantined"])
    counts.insert(0, "file", [files[int(str(position))].name for position in counts.index])
    return counts.reset_index(drop=True)


def _families(connection: duckdb.DuckDBPyConnection) -> dict[str, int]:
    """How many families did not consent, and of how many rows disagree whether they did."""
    counted = connection.execute(
        "SELECT (SELECT count(*) FROM (SELECT DISTINCT * EXCLUDE (_source, _row) FROM silent_row)),"
        " (SELECT count(*) FROM disputed_consent)"
    ).fetchone()
    return dict(zip(("no_consent", "disputed"), map(int, counted or (0, 0)), strict=True))


def _record(
    connection: duckdb.DuckDBPyConnection,
    survey: Survey,
    counts: pd.DataFrame,
    files: list[Path],
    first: int,
    tool_version: str,
    who: str,
) -> None:
    batches = (
        counts[["file", "rows_in", "stored", "unchanged", "quarantined"]]
        .assign(
            batch_id=range(first, first + len(files)),
            merge_id=first,
            sha256=[file_digest(path) for path in files],
            merged_at=now(),
            merged_by=who,
            tool_version=tool_version,
            definition=survey.digest,
        )
        .rename(columns={name: f"rows_{name}" for name in ("stored", "unchanged", "quarantined")})
    )
    connection.register("batches", batches)
    connection.execute("INSERT INTO batch BY NAME SELECT * FROM batches")
    connection.unregister("batches")
