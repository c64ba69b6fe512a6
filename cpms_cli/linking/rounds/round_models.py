"""By what a round is linked: parameters that follow from the set of rows, and seldom move.

How often details agree by chance is counted among rows of the first rounds, so many and no more; how often they agree
in two rows of one child is as shipped, for children with a number, whom a store knows best, are written with more care
than the others. All is rounded, so that a few rows more leave the parameters as they are, and with them all links.
"""

from __future__ import annotations

import json
import math
from dataclasses import replace

import duckdb

from cpms_cli.linking.pairs.comparison_levels import CHILDREN, NO_DAY
from cpms_cli.linking.pairs.match_model import Levels, Model, Shares, Taught, estimate
from cpms_cli.linking.rounds.frequencies import half_step
from cpms_cli.linking.rounds.linking_state import Linking, RoundModel

_LESSON = 4_000
_MOST_LIKELY, _NEARLY_ALL = 0.5, 0.999
_OF_ALL_ROUNDS = 0


def shares_by_chance(linking: Linking) -> tuple[Model, bool]:
    """Return the model without its prior, and whether it is another than at the last linking.

    It is taught by the homes of the first rounds, in an order by chance, and kept in `link_model` until one of these
    homes changes.
    """
    connection = linking.rows
    connection.execute(f"""
        CREATE OR REPLACE TEMP TABLE lesson_row AS
        WITH first AS (
            SELECT coalesce(home, md5_number_lower(row_key)) AS home
            FROM link_row
            ORDER BY round, coalesce(home, md5_number_lower(row_key)), row_key
            LIMIT {_LESSON}
        )
        SELECT row_id, row_key, input
        FROM link_row
        WHERE coalesce(home, md5_number_lower(row_key)) IN (FROM first)
        ORDER BY row_key""")
    state = connection.execute("SELECT md5(string_agg(row_key || coalesce(input, ''), '|')) FROM lesson_row").fetchone()
    lesson = f"{state[0] if state else ''}|{linking.settings.digest}"
    kept = connection.execute(f"SELECT parameters FROM link_model WHERE round = {_OF_ALL_ROUNDS}").fetchone()
    if kept is not None:
        document = json.loads(str(kept[0]))
        if document["lesson"] == lesson:
            return _read(document), False
    lesson_rows = connection.execute("SELECT row_id AS id FROM lesson_row ORDER BY row_key").df()
    linking.compare_ready(lesson_rows["id"])
    linking.names.register("asked_row", lesson_rows.assign(position=range(len(lesson_rows))))
    linking.names.execute("""
        CREATE OR REPLACE TEMP TABLE lesson_features AS
        SELECT f.* REPLACE (a.position AS id)
        FROM features f
        JOIN asked_row a USING (id)
        ORDER BY a.position""")
    linking.names.unregister("asked_row")
    model = estimate(linking.names, linking.settings, CHILDREN, Taught("lesson_features", _MOST_LIKELY))
    shares: Shares = {
        name: {level: (m, min(half_step(u), _NEARLY_ALL)) for level, (m, u) in levels.items()}
        for name, levels in model.shares.items()
    }
    shares["birth"] = _by_what_is_known(linking, shares["birth"])
    model = replace(model, shares=shares)
    moved = kept is None or json.loads(str(kept[0]))["shares"] != json.loads(json.dumps(model.document()["shares"]))
    _write_model(connection, _OF_ALL_ROUNDS, {**model.document(), "lesson": lesson})
    return model, moved


def _by_what_is_known(linking: Linking, levels: Levels) -> Levels:
    """Return the shares of the birth date's levels, those of one child moved to where so many dates are no days.

    Where every second child is known by year of birth or age, pairs of one child have a date on both sides as seldom as
    pairs of two: that a date is no day speaks for neither.
    """
    row = linking.names.execute("""
        SELECT count(*), count(*) FILTER (length(born) = 10)
        FROM lesson_features
        WHERE low IS NOT NULL""").fetchone()
    rows, days = row or (0, 0)
    # A province's own definition may be from before a level was known.
    shipped = sum(m for level, (m, _) in levels.items() if level in NO_DAY)
    weight = linking.settings.weight_of_defaults
    no_day = ((rows - days * days / rows if rows else 0.0) + shipped * weight) / (rows + weight)
    no_day = min(shipped * half_step(no_day / shipped), _MOST_LIKELY)
    moved = {level: no_day / shipped if level in NO_DAY else (1 - no_day) / (1 - shipped) for level in levels}
    return {level: (round(m * moved[level], 9), u) for level, (m, u) in levels.items()}


def holds_model(connection: duckdb.DuckDBPyConnection) -> bool:
    """Return whether the rounds of the store were linked before, by any model."""
    return connection.execute("FROM link_model LIMIT 1").fetchone() is not None


def round_model(linking: Linking, model: Model, round_: int) -> RoundModel:
    """Return by what a round is linked, given the shares of all rounds."""
    sizes = linking.rows.execute(f"""
        SELECT max(rows), count(*) FILTER (round < {round_})
        FROM (SELECT round, count(*) AS rows FROM link_row WHERE round <= {round_} GROUP BY round)""").fetchone()
    largest, rounds = (int(size or 1) for size in sizes) if sizes else (1, 1)
    # Of the pairs of a row with a round before, one is the child's own, if it was there.
    prior = min(linking.settings.overlap * 2.0 ** -round(math.log2(largest)), _MOST_LIKELY)
    known = dict(
        linking.rows.execute(f"SELECT kind, count(*) FROM link_term WHERE round < {round_} GROUP BY kind").fetchall()
    )
    return RoundModel(round_, replace(model, prior=prior), rounds, known, linking.settings.weight_of_defaults)


def note_round_model(connection: duckdb.DuckDBPyConnection, of_round: RoundModel) -> bool:
    """Remember by what a round is linked; whether it is another than at the last linking."""
    known = {name: half_step(count / of_round.rounds + 1) for name, count in of_round.known.items()}
    document = {"prior": of_round.model.prior, "rounds": of_round.rounds, "known": known}
    row = connection.execute(f"SELECT parameters FROM link_model WHERE round = {of_round.round}").fetchone()
    moved = row is None or json.loads(str(row[0])) != document
    if moved:
        _write_model(connection, of_round.round, document)
    return moved


def _write_model(connection: duckdb.DuckDBPyConnection, round_: int, document: dict[str, object]) -> None:
    """Remember by what a round was linked; 0 stands for what is the same in all rounds."""
    connection.execute(f"DELETE FROM link_model WHERE round = {round_}")
    connection.execute(f"INSERT INTO link_model VALUES ({round_}, ?)", [json.dumps(document)])


def _read(document: dict[str, object]) -> Model:
    shares = document["shares"]
    assert isinstance(shares, dict)
    pairs: Shares = {
        name: {level: (float(m), float(u)) for level, (m, u) in levels.items()} for name, levels in shares.items()
    }
    return Model(pairs, _MOST_LIKELY, int(str(document["sure_pairs"])), int(str(document["random_pairs"])))
