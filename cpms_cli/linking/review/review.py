"""Doubtful pairs to a workbook that a person fills in, and what was decided back into the store."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pandas as pd

from cpms_cli.errors import UsageError
from cpms_cli.linking.decisions import DIFFERENT, SAME, decide
from cpms_cli.linking.pairs.assignment import DOUBTFUL
from cpms_cli.linking.pairs.level_words import level_words
from cpms_cli.linking.review.filled_workbook import SHOWN, columns_not_read, decisions_in, workbook_cells
from cpms_cli.linking.review.review_workbook import review_bytes
from cpms_cli.linking.store_links import relink
from cpms_cli.store.access.connection import commit
from cpms_cli.store.audit_log import note_identified
from cpms_cli.store.definitions.definition_in_use import check_is_followed, definition_in_use, definition_to_write
from cpms_cli.store.file import open_store
from cpms_cli.store.history import note_event
from cpms_cli.store.tables.link_tables import row_reference
from cpms_cli.survey.era import shown_stored
from cpms_cli.survey.language import FALLBACK
from cpms_cli.survey.messages import say
from cpms_cli.survey.model.definition import Language, Survey
from cpms_cli.writing.files import write_bytes
from cpms_cli.writing.output_formats import output_format
from cpms_cli.writing.outputs import check_new


@dataclass(frozen=True)
class Applied:
    """How many pairs were decided each way, left open, decided before, or changed since the workbook was written.

    `columns_not_read` are columns that the workbook did not have when it was written: file, sheet, header, column,
    filled (how many cells).
    """

    same: int
    different: int
    open: int
    known: int
    gone: int
    columns_not_read: tuple[dict[str, object], ...] = ()

    @property
    def exit_code(self) -> int:
        """0: all was read; 1: a column was not."""
        return 1 if self.columns_not_read else 0


def _pairs(survey: Survey, waiting: str) -> str:
    """SELECT of pairs with the name by which a workbook calls them: it changes when either row does."""
    reference = row_reference(survey, "child", "o")
    return f"""
        WITH now AS (
            SELECT {reference} AS row_key, *
            FROM child_observation o
            WHERE superseded_by IS NULL
        )
        SELECT p.*, left(md5(concat_ws(chr(30), p.row_a, p.row_b, a.batch_id, b.batch_id)), 16) AS pair
        FROM ({waiting}) p
        JOIN now a ON a.row_key = p.row_a
        JOIN now b ON b.row_key = p.row_b"""


def _sides(connection: duckdb.DuckDBPyConnection, survey: Survey) -> pd.DataFrame:
    """What the rows of doubtful pairs say, by reference, with the given names of the home's other children."""
    fields = survey.names_of("round", *SHOWN)
    key, home, given = survey.key("child"), survey.key("household"), survey.role("given_name").name
    same_home = " AND ".join(f"x.{name} = o.{name}" for name in home)
    line = next(name for name in key if name not in home)
    return (
        connection.execute(
            f"""
            WITH now AS (
                SELECT {row_reference(survey, "child", "o")} AS row_key, *
                FROM child_observation o
                WHERE superseded_by IS NULL
            )
            SELECT
                o.row_key,
                {", ".join(f"o.{name}" for name in fields)},
                (
                    SELECT string_agg(x.{given}, ', ' ORDER BY x.{line})
                    FROM now x
                    WHERE {same_home} AND x.{line} <> o.{line}
                ) AS others
            FROM now o
            WHERE o.row_key IN (
                SELECT row_a FROM link_pair WHERE verdict = ?
                UNION
                SELECT row_b FROM link_pair WHERE verdict = ?
            )""",
            [DOUBTFUL, DOUBTFUL],
        )
        .df()
        .set_index("row_key")
    )


def in_words(survey: Survey, name: str, cells: pd.Series, language: Language) -> pd.Series:
    """Return the cells of a field as people read them: dates in their era, answers in words."""
    field = survey.fields.get(name)
    if field in (survey.role("round"), survey.role("born")):
        return cells.map(lambda cell: shown_stored(cell, language), na_action="ignore")
    codes = survey.codes(field) if field is not None else None
    if codes is None:
        return cells
    words = {code.code: code.label.in_(language) for code in codes.codes}
    return cells.map(lambda cell: words.get(cell, cell), na_action="ignore")


def _agreement(survey: Survey, levels: pd.Series, language: Language) -> tuple[pd.Series, pd.Series]:
    """What agrees and what does not, in words."""

    def shown(differing: bool) -> pd.Series:
        return levels.map(lambda text: level_words(survey.linking, json.loads(text), language, differing=differing))

    return shown(False), shown(True)


def review_table(connection: duckdb.DuckDBPyConnection, survey: Survey, language: Language) -> pd.DataFrame:
    """The doubtful pairs, surest first, a row each: both sides next to one another, headed in words."""
    doubtful = _pairs(survey, f"SELECT * FROM link_pair WHERE verdict = '{DOUBTFUL}'")
    pairs = connection.execute(f"{doubtful} ORDER BY probability DESC, row_a, row_b").df()
    sides = _sides(connection, survey)
    agrees, differs = _agreement(survey, pairs["levels"], language)
    table = pd.DataFrame(
        {
            say("review_pair", language): pairs["pair"],
            say("review_decision", language): "",
            say("review_reason", language): "",
            say("review_chance", language): (pairs["probability"] * 100).clip(upper=99.9).map("{:.1f} %".format),
            say("review_agrees", language): agrees,
            say("review_differs", language): differs,
        },
        dtype="str",
    )
    for name in sides.columns:
        label = survey.fields[name].label.in_(language) if name in survey.fields else say("review_others", language)
        cells = in_words(survey, name, sides[name].astype("str"), language)
        for mark, side in (("A", "row_a"), ("B", "row_b")):
            table[f"{label} {mark}"] = cells.reindex(pairs[side]).to_numpy()
    return table


def export_review(  # noqa: PLR0913 - what the command takes
    store: str | Path,
    path: str | Path,
    *,
    language: Language = FALLBACK,
    identified: bool = False,
    schemas: Path | None = None,
    overwrite: bool = False,
) -> int:
    """Write the doubtful pairs to a workbook; how many there are. None: no file is written.

    It shows names, which is why `identified` must be given; the audit log says so. A workbook that is there, with
    decisions perhaps, is written over only with `overwrite`. Raises UsageError, StoreError.
    """
    if not identified:
        raise UsageError("review_needs_names")
    file_path = Path(path)
    output_format("review", file_path)
    check_new(file_path, overwrite=overwrite)
    survey = definition_to_write(store, schemas)
    with open_store(Path(store), survey, write=True) as connection:
        check_is_followed(connection, survey)
        connection.execute("BEGIN")
        relink(connection, survey)
        table = review_table(connection, survey, language)
        if len(table):
            note_identified(connection, "review export", 2 * len(table))
        # The log says that names were shown before anybody can see them.
        commit(connection)
        if len(table):
            choices = [say("review_same", language), say("review_different", language)]
            content = review_bytes(say("review_sheet", language), table, 1, choices)
            write_bytes(file_path, content, new=not overwrite)
    return len(table)


def waiting_pairs(store: str | Path, *, schemas: Path | None = None) -> pd.DataFrame:
    """The doubtful pairs of a store: `pair`, as the workbook calls it, and the references to both rows."""
    survey = definition_in_use(store, schemas)
    with open_store(Path(store), survey) as connection:
        waiting = f"SELECT * FROM link_pair WHERE verdict = '{DOUBTFUL}'"
        return connection.execute(f"SELECT pair, row_a, row_b FROM ({_pairs(survey, waiting)}) ORDER BY ALL").df()


def apply_review(
    store: str | Path, path: str | Path, *, who: str | None = None, schemas: Path | None = None
) -> Applied:
    """Take the decisions of a filled-in review workbook into the store and link anew.

    All or nothing. Blank decisions stay open; a pair whose rows changed since is left for the next review. Raises
    UnreadableFile, UsageError for a word that is no decision, StoreError.
    """
    store_path, survey = Path(path), definition_to_write(store, schemas)
    cells = workbook_cells(store_path)
    decisions = decisions_in(store_path, cells)
    with open_store(Path(store), survey, write=True) as connection:
        check_is_followed(connection, survey)
        connection.execute("BEGIN")
        relink(connection, survey)
        every = "SELECT row_a, row_b FROM link_pair UNION SELECT row_a, row_b FROM link_decision"
        known = connection.execute(_pairs(survey, every)).df()
        both = decisions.merge(known, on="pair", how="left")
        decided = both[both["row_a"].notna() & (both["verdict"] != "")]
        pairs = decided[["row_a", "row_b", "verdict"]].assign(reason=decided["reason"].astype("str").fillna(""))
        new = decide(connection, survey, pairs.drop_duplicates(["row_a", "row_b"], keep="last"), "review", who)
        relink(connection, survey)
        note_event(connection, "review", who=who or "")
        commit(connection)
    counts = decided["verdict"].value_counts()
    return Applied(
        int(counts.get(SAME, 0)),
        int(counts.get(DIFFERENT, 0)),
        int((decisions["verdict"] == "").sum()),
        len(decided) - new,
        int((both["row_a"].isna() & (both["verdict"] != "")).sum()),
        columns_not_read(survey, store_path, cells),
    )
