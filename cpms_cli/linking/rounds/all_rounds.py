"""The rounds in the order of their years, each linked to those before it: all of it, or what a change touches."""

from __future__ import annotations

import duckdb
import pandas as pd

from cpms_cli.linking.kept.changed_rows import Changed
from cpms_cli.linking.kept.link_rows import BY_HOME, BY_NAMES, note_names, numbers, numbers_of
from cpms_cli.linking.pairs.assignment import AUTOMATIC
from cpms_cli.linking.pairs.match_model import Model
from cpms_cli.linking.rounds.common_names import note_swings
from cpms_cli.linking.rounds.linking_state import Linking, join_children, note_joined
from cpms_cli.linking.rounds.round_links import decide, pass_of
from cpms_cli.linking.rounds.round_models import holds_model, note_round_model, round_model, shares_by_chance
from cpms_cli.linking.rounds.touched import Trail, contradicted_now, touched_again, touched_first
from cpms_cli.linking.rounds.what_changed import forget_gone, note_changed_links, note_what_left, old_roots


def rounds_of(connection: duckdb.DuckDBPyConnection) -> list[int]:
    """Return the rounds that have rows, the earliest first."""
    return [int(round_) for round_ in numbers_of(connection, "SELECT DISTINCT round FROM link_row ORDER BY round")]


def link_all_rounds(linking: Linking) -> Model | None:
    """Link every round anew; returns by what, None where there is but one."""
    connection = linking.rows
    connection.execute("""
        DELETE FROM link_edge;

        DELETE FROM link_choice;

        UPDATE link_row SET child = node""")
    rounds = rounds_of(connection)
    if len(rounds) < 2:
        return None
    unnamed = numbers_of(connection, "SELECT row_id FROM link_row WHERE NOT named ORDER BY row_key")
    linking.compare_ready(unnamed)
    note_names(connection, linking.names, unnamed)
    model, _ = shares_by_chance(linking)
    for round_ in rounds[1:]:
        of_round = round_model(linking, model, round_)
        note_round_model(connection, of_round)
        for number in (BY_NAMES, BY_HOME):
            of = pass_of(linking, of_round, number)
            decide(of, of.in_round)
            note_joined(connection, f"= {round_}")
            join_children(connection, round_, number)
    return model


def link_changed(linking: Linking, changed: Changed) -> Model | None:
    """Link what a change touches, so that all stands as if every round had been linked anew.

    Creates `changed_link`, the numbers of the rows whose link may be another now.
    """
    connection, rounds = linking.rows, rounds_of(linking.rows)
    if changed.everything or len(rounds) < 2 or not holds_model(connection):
        _forget_names(connection, changed.dirty)
        return _link_anew(linking)
    _note_new_names(linking, changed)
    model, moved = shares_by_chance(linking)
    if moved:
        return _link_anew(linking)
    note_what_left(connection, changed)
    since = _first_round(connection, rounds)
    _put_back(connection, rounds, since)
    note_swings(linking, model, rounds)
    trail = Trail(set(changed.dirty.tolist()), old_roots(connection), set())
    for round_ in rounds[1:]:
        if round_ >= since:
            _link_round(linking, model, round_, trail)
    note_changed_links(connection, trail)
    forget_gone(connection)
    return model


def _forget_names(connection: duckdb.DuckDBPyConnection, rows: pd.Series) -> None:
    """Let the names of rows be written down anew: of a home that became a crowd, its rows are looked for no longer."""
    connection.register("asked_row", numbers(rows))
    connection.execute("UPDATE link_row SET named = FALSE WHERE row_id IN (SELECT row_id FROM asked_row)")
    connection.unregister("asked_row")


def _link_anew(linking: Linking) -> Model | None:
    """Link all rounds anew; every link and every pair may be another then."""
    linking.rows.execute("""
        CREATE OR REPLACE TEMP TABLE changed_link AS SELECT row_id FROM link_row;

        CREATE OR REPLACE TEMP TABLE pair_row AS
        SELECT row_key FROM link_row
        UNION
        SELECT unnest([row_a, row_b]) FROM link_pair""")
    forget_gone(linking.rows)
    model = link_all_rounds(linking)
    linking.rows.execute("CREATE OR REPLACE TEMP TABLE pair_child AS SELECT DISTINCT child FROM link_row")
    return model


def _note_new_names(linking: Linking, changed: Changed) -> None:
    """Write down the names of rows that are new or whose home is another; what stood before: `block_before`,
    `term_before`."""
    connection = linking.rows
    renamed = numbers_of(connection, "SELECT row_id FROM link_row WHERE NOT named")
    renamed = pd.concat([changed.dirty, renamed]).drop_duplicates()
    connection.register("asked_row", numbers(renamed))
    connection.execute("""
        CREATE OR REPLACE TEMP TABLE block_before AS
        FROM link_block
        WHERE row_id IN (SELECT row_id FROM asked_row UNION SELECT row_id FROM link_row_gone);

        CREATE OR REPLACE TEMP TABLE term_before AS
        FROM link_term
        WHERE row_id IN (SELECT row_id FROM asked_row UNION SELECT row_id FROM link_row_gone);

        CREATE OR REPLACE TEMP TABLE renamed_row AS FROM asked_row;

        DELETE FROM link_block WHERE row_id IN (SELECT row_id FROM block_before);

        DELETE FROM link_term WHERE row_id IN (SELECT row_id FROM term_before)""")
    connection.unregister("asked_row")
    linking.compare_ready(renamed)
    note_names(connection, linking.names, renamed)


def _first_round(connection: duckdb.DuckDBPyConnection, rounds: list[int]) -> int:
    """Return the first round in which anything can be put together otherwise.

    That is where a row changed or went; or an earlier one, against whose choice a row of later speaks now.
    """
    changed = numbers_of(
        connection,
        """
        SELECT min(round)
        FROM (
            SELECT round FROM link_row WHERE row_id IN (SELECT row_id FROM renamed_row)
            UNION ALL
            SELECT round FROM link_row_gone
            UNION ALL
            SELECT round FROM left_node
        )""",
    )
    first = int(changed.iloc[0])
    connection.execute("""
        CREATE OR REPLACE TEMP TABLE row_then AS
        WITH changed AS (SELECT DISTINCT child FROM link_row WHERE row_id IN (SELECT row_id FROM row_of_nodes)),
        chosen AS (
            SELECT s.child AS seeker, c.child AS choice
            FROM link_choice
            JOIN link_row s ON s.row_id = link_choice.seeker
            JOIN link_row c ON c.row_id = link_choice.choice
            WHERE s.child IN (FROM changed) OR c.child IN (FROM changed)
        )
        SELECT * REPLACE (node AS child)
        FROM link_row
        WHERE child IS NULL OR child IN (FROM changed) OR child IN (SELECT unnest([seeker, choice]) FROM chosen)""")
    note_joined(connection, f"< {first}")
    for round_ in (round_ for round_ in rounds[1:] if round_ < first):
        for number in (BY_NAMES, BY_HOME):
            if len(contradicted_now(connection, round_, number, "row_then")):
                return round_
            join_children(connection, round_, number, "row_then")
    return first


def _put_back(connection: duckdb.DuckDBPyConnection, rounds: list[int], since: int) -> None:
    """Let the rows be put together as they were before a round was linked; `child_before` keeps how they stood."""
    connection.execute(f"""
        CREATE OR REPLACE TEMP TABLE child_before AS
        WITH changed AS (
            SELECT child
            FROM link_row
            WHERE row_id IN (
                SELECT row_id FROM link_choice WHERE round >= {since} AND verdict = '{AUTOMATIC}'
                UNION
                SELECT row_id FROM row_of_nodes
            )
            UNION
            SELECT child FROM link_row_gone
        )
        SELECT row_id, child
        FROM link_row
        WHERE child IS NULL OR child IN (SELECT child FROM changed WHERE child IS NOT NULL);

        CREATE OR REPLACE TEMP TABLE row_then AS
        SELECT row_id, node AS child
        FROM link_row
        SEMI JOIN child_before USING (row_id)""")
    for round_ in rounds:
        if round_ < since:
            for number in (BY_NAMES, BY_HOME):
                join_children(connection, round_, number, "row_then")
    connection.execute("UPDATE link_row l SET child = t.child FROM row_then t WHERE l.row_id = t.row_id")


def _link_round(linking: Linking, model: Model, round_: int, trail: Trail) -> None:
    """Link what is touched of one round, and add what it changed to the trail."""
    connection, of_round = linking.rows, round_model(linking, model, round_)
    moved_model = note_round_model(connection, of_round)
    before = _joined(connection, round_)
    connection.execute(f"""
        DELETE FROM link_choice
        WHERE round = {round_} AND row_id IN (SELECT row_id FROM link_row_gone)""")
    first = pass_of(linking, of_round, BY_NAMES)
    every = f"SELECT row_id FROM link_row WHERE round = {round_} ORDER BY row_key"
    rows = numbers_of(connection, every) if moved_model else touched_first(connection, first, trail)
    reached = decide(first, _children(connection, rows)) if len(rows) else rows
    trail.decided |= set(reached.tolist())
    moved = _moved(before, _joined(connection, round_), BY_NAMES)
    note_joined(connection, f"= {round_}")
    join_children(connection, round_, BY_NAMES)
    second = pass_of(linking, of_round, BY_HOME)
    rows = numbers_of(connection, every) if moved_model else touched_again(connection, second, trail, reached, moved)
    if len(rows):
        trail.decided |= set(decide(second, _children(connection, rows)).tolist())
    moved |= _moved(before, _joined(connection, round_), BY_HOME)
    note_joined(connection, f"= {round_}")
    join_children(connection, round_, BY_HOME)
    trail.roots = {root: round_ for root in moved} | trail.roots
    connection.register("moved_now", numbers(moved))
    trail.rows |= set(
        numbers_of(
            connection,
            """
            SELECT row_id
            FROM link_row
            WHERE child IN (SELECT child FROM link_row WHERE row_id IN (SELECT row_id FROM moved_now))""",
        ).tolist()
    )
    connection.unregister("moved_now")


def _children(connection: duckdb.DuckDBPyConnection, rows: pd.Series) -> pd.Series:
    """Return the children of these rows, as they stand, in the order of keys."""
    connection.register("asked_row", numbers(rows))
    children = numbers_of(
        connection, "SELECT child FROM link_row SEMI JOIN asked_row USING (row_id) GROUP BY child ORDER BY min(row_key)"
    )
    connection.unregister("asked_row")
    return children


def _joined(connection: duckdb.DuckDBPyConnection, round_: int) -> set[tuple[int, int, int, int]]:
    """Return who is put together in a round: pass, row, and the numbers of both children."""
    rows = connection.execute(f"""
        SELECT pass, row_id, seeker, choice
        FROM link_choice
        WHERE round = {round_} AND verdict = '{AUTOMATIC}'""").fetchall()
    return {(int(number), int(row), int(seeker), int(choice)) for number, row, seeker, choice in rows}


def _moved(before: set[tuple[int, int, int, int]], after: set[tuple[int, int, int, int]], pass_: int) -> set[int]:
    """Return the numbers of the children whom a pass puts together otherwise than before."""
    changed = (joined for joined in before ^ after if joined[0] == pass_)
    return {number for _, _, seeker, choice in changed for number in (seeker, choice)}
