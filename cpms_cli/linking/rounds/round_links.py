"""One round finds its children among those of the rounds before it.

The children of a round are looked for among all children of the rounds before who are not in it, by what was said of
both up to then. So what a later round says changes no link of an earlier one, and a new file leaves all rounds before
its own as they are. Two passes: whom the first finds again tells the second which homes are the same, though the number
of the house changed.

Only the children that are `touched` are decided, with all that could be chosen in their stead: those whose candidates
are candidates of theirs, and so on. What is decided so is what deciding the whole round would give.
"""

from __future__ import annotations

import json
from dataclasses import dataclass

import pandas as pd

from cpms_cli.linking.kept.link_rows import BY_HOME, numbers, numbers_of
from cpms_cli.linking.pairs.assignment import AUTOMATIC, DOUBTFUL, best_edges, choose_edges
from cpms_cli.linking.pairs.comparison_levels import CONDITIONS
from cpms_cli.linking.pairs.pair_rules import by_mother, contradict, disagree, either_of_two
from cpms_cli.linking.pairs.pair_scores import score_pairs
from cpms_cli.linking.rounds.found_again import mates_of, note_found_again
from cpms_cli.linking.rounds.frequencies import note_round_frequencies
from cpms_cli.linking.rounds.linking_state import (
    TWICE_IN_A_ROUND,
    Linking,
    RoundModel,
    children_of,
    conflicts,
    rows_of_children,
)
from cpms_cli.linking.rounds.neighbours import rows_sharing

_LEAST_WEIGHT = -3.0


@dataclass(frozen=True)
class Pass:
    """A pass over a round: its number, by what pairs are weighed, and the children who are in the round."""

    linking: Linking
    of_round: RoundModel
    number: int
    in_round: pd.Series


def pass_of(linking: Linking, of_round: RoundModel, number: int) -> Pass:
    """Return a pass over a round, whose children are put together as they stand."""
    query = f"SELECT DISTINCT child FROM link_row WHERE round = {of_round.round}"
    return Pass(linking, of_round, number, numbers_of(linking.rows, query))


def decide(of: Pass, touched: pd.Series) -> pd.Series:
    """Decide the `touched` children in one pass, with what hangs together with them, and write down what was chosen.

    Returns the children that were decided.
    """
    reached, pairs = _gather(of, touched)
    _forget_choices(of, reached)
    _write_edges(of, pairs)
    _write_choices(of, _choose(of, pairs))
    return reached


def _gather(of: Pass, touched: pd.Series) -> tuple[pd.Series, pd.DataFrame]:
    """Return the children to be decided, and all pairs of their rows with those of their candidates.

    Columns: row_id, other_id, seeker, choice (the children of both), and the scores of the pair.
    """
    connection, round_, largest = of.linking.rows, of.of_round.round, of.linking.settings.largest_block
    reached, asked = touched[touched.isin(of.in_round)].drop_duplicates(), pd.Series(dtype="int64")
    frontier, gathered = reached, list[pd.DataFrame]()
    while len(frontier):
        rows = rows_of_children(connection, frontier, round_)
        sharing = rows_sharing(connection, rows, round_, f"o.round < {round_}", largest)
        pairs = _scored(of, sharing.rename(columns={"seeker": "row_id", "other": "other_id"}))
        if len(pairs):
            gathered.append(pairs)
        if len(reached) == len(of.in_round):
            break
        choices = pairs["choice"][~pairs["choice"].isin(asked)].drop_duplicates()
        asked = pd.concat([asked, choices])
        rows = rows_of_children(connection, choices, round_ - 1)
        sharing = rows_sharing(connection, rows, round_, f"o.round <= {round_}", largest)
        rivals = _scored(of, sharing.rename(columns={"seeker": "other_id", "other": "row_id"}), without=reached)
        frontier = rivals["seeker"].drop_duplicates()
        reached = pd.concat([reached, frontier])
    every = pd.concat(gathered, ignore_index=True) if gathered else pd.DataFrame()
    return reached, every


def _scored(of: Pass, pairs: pd.DataFrame, without: pd.Series | None = None) -> pd.DataFrame:
    """Return the pairs of rows whose children may be one, with their children and scores; not those of `without`.

    Where there are none, they have no scores.
    """
    linking, round_ = of.linking, of.of_round.round
    children = children_of(linking.rows, pd.concat([pairs["row_id"], pairs["other_id"]]), round_).set_index("row_id")
    pairs = pairs.assign(seeker=pairs["row_id"].map(children["child"]), choice=pairs["other_id"].map(children["child"]))
    pairs = pairs.assign(presence=pairs["other_id"].map(children["rounds"]))
    together = pairs["row_id"].map(children["rounds"]) & pairs["presence"]
    fits = pairs["seeker"].isin(of.in_round) & ~pairs["choice"].isin(of.in_round) & (together == 0)
    pairs = pairs[fits if without is None else fits & ~pairs["seeker"].isin(without)]
    apart = linking.children_apart()
    if len(apart) and len(pairs):
        ends = pd.MultiIndex.from_frame(pairs[["seeker", "choice"]])
        pairs = pairs[~ends.isin(pd.MultiIndex.from_frame(apart))]
    if pairs.empty:
        return pairs
    linking.compare_ready(pd.concat([pairs["row_id"], pairs["other_id"]]))
    names = linking.names
    names.register("row_pair", pairs.rename(columns={"other_id": "id_l", "row_id": "id_r"}))
    note_round_frequencies(linking.rows, names, of.of_round, linking.settings.largest_home)
    rows = note_found_again(linking, round_, of.in_round) if of.number == BY_HOME else "features"
    scores = score_pairs(names, of.of_round.model, rows, least=_LEAST_WEIGHT)
    names.unregister("row_pair")
    scores = scores.rename(columns={"id_l": "other_id", "id_r": "row_id"})
    return scores.merge(pairs, on=["row_id", "other_id"])


def _choose(of: Pass, pairs: pd.DataFrame) -> pd.DataFrame:
    """Return what the best assignment takes: a row per child of the round that takes another, with its best pair.

    Beside what `pairs` has: `conflict`, `probability` and `verdict`, which is missing where the pair is not even shown.
    """
    if pairs.empty:
        return pairs
    linking = of.linking
    pairs = pairs.assign(no_twin=~either_of_two(pairs) & ~_of_twins(of, pairs))
    pairs["unnamed"] &= pairs["no_twin"]
    pairs = pairs.assign(disagrees=disagree(pairs), contradicts=contradict(pairs, ("seeker", "choice")))
    if len(linking.again):
        asked = pd.MultiIndex.from_frame(linking.again[["first", "second"]])
        for ends in (["other_id", "row_id"], ["row_id", "other_id"]):
            pairs["contradicts"] |= pd.MultiIndex.from_frame(pairs[ends]).isin(asked)
    ranks = linking.ranks(pd.concat([pairs[name] for name in ("row_id", "other_id", "seeker", "choice")]))
    pairs = pairs.assign(
        id_l=pairs["other_id"].map(ranks),
        id_r=pairs["row_id"].map(ranks),
        left=pairs["choice"].map(ranks),
        right=pairs["seeker"].map(ranks),
    ).sort_values(["id_l", "id_r"], ignore_index=True)
    chosen = choose_edges(best_edges(pairs), linking.settings, linking.settings.automatic)
    chosen = chosen.merge(conflicts(linking.rows, chosen[["seeker", "choice"]]), on=["seeker", "choice"])
    # What is known of two children beyond the names: a number of each, another row of each in one round.
    against = chosen["conflict"] > 0
    probability = chosen["probability"].mask(against, chosen["alone"])
    likely = (probability >= linking.settings.review) | chosen["ambiguous"]
    linked = ~chosen["refused"] & ~against & (probability >= linking.settings.automatic)
    verdict = pd.Series(None, index=chosen.index, dtype="object").mask(likely, DOUBTFUL).mask(linked, AUTOMATIC)
    verdict = verdict.mask(chosen["conflict"] == TWICE_IN_A_ROUND, None)
    return chosen.assign(probability=probability, verdict=verdict)


def _of_twins(of: Pass, pairs: pd.DataFrame) -> pd.Series:
    """Return which pairs without a sure name are of a child who was seen at home with what may be a twin, in any round
    up to this one.

    The second pass knows who else is found again: a brother or sister with whom the child lives now as then is not the
    child, unless both days of birth say that they are twins.
    """
    asked = pairs["unnamed"] | by_mother(pairs)
    linking, round_, unsure = of.linking, of.of_round.round, pairs[asked]
    if unsure.empty:
        return asked
    children = pd.concat([unsure["seeker"], unsure["choice"]]).drop_duplicates()
    rows = rows_of_children(linking.rows, children, round_)
    linking.compare_ready(rows)
    mates = mates_of(linking, rows, round_)
    twins = mates[mates["twin"]]
    if of.number != BY_HOME:
        return pairs["seeker"].isin(twins["child"]) | pairs["choice"].isin(twins["child"])
    ends = unsure[["seeker", "choice"]].drop_duplicates()
    beside = pd.concat([ends.merge(twins, left_on=end, right_on="child") for end in ends])
    other = beside["dated"] | ~_triples(beside).isin(_triples(_with_both(ends, mates, round_)))
    of_others = pd.MultiIndex.from_frame(beside.loc[other, ["seeker", "choice"]])
    return asked & pd.MultiIndex.from_frame(pairs[["seeker", "choice"]]).isin(of_others)


def _with_both(ends: pd.DataFrame, mates: pd.DataFrame, round_: int) -> pd.DataFrame:
    """Return seeker, choice and mate: who lives with the seeker in this round, and lived with the choice before."""
    now, then = mates[mates["round"] == round_], mates[mates["round"] < round_]
    with_seeker = ends.merge(now, left_on="seeker", right_on="child")
    return with_seeker.merge(then, left_on=["choice", "mate"], right_on=["child", "mate"])


def _triples(pairs: pd.DataFrame) -> pd.MultiIndex:
    return pd.MultiIndex.from_frame(pairs[["seeker", "choice", "mate"]])


def _forget_choices(of: Pass, children: pd.Series) -> None:
    """Forget what these children chose in this pass before; the first forgets what the second chose as well."""
    connection, round_ = of.linking.rows, of.of_round.round
    connection.register("decided", numbers(children, "child"))
    for table in ("link_edge", "link_choice"):
        connection.execute(f"""
            DELETE FROM {table}
            WHERE round = {round_}
                AND pass >= {of.number}
                AND row_id IN (SELECT row_id FROM link_row SEMI JOIN decided USING (child) WHERE round = {round_})""")
    connection.unregister("decided")


def _write_edges(of: Pass, pairs: pd.DataFrame) -> None:
    """Write down with which children the children of the round compete."""
    if pairs.empty:
        return
    of.linking.rows.register("new_edge", pairs[["seeker", "choice"]].drop_duplicates())
    of.linking.rows.execute(f"""
        INSERT INTO link_edge BY NAME
        SELECT r.round, r.row_id, {of.number} AS pass, n.choice
        FROM new_edge n
        JOIN link_row r ON r.child = n.seeker AND r.round = {of.of_round.round}""")
    of.linking.rows.unregister("new_edge")


def _write_choices(of: Pass, chosen: pd.DataFrame) -> None:
    """Write down what was chosen."""
    if chosen.empty:
        return
    connection, round_ = of.linking.rows, of.of_round.round
    levels = chosen[list(CONDITIONS)].to_dict("records")
    connection.register("new_choice", chosen.assign(levels=[json.dumps(of_pair) for of_pair in levels]))
    connection.execute(f"""
        INSERT INTO link_choice BY NAME
        SELECT
            {round_} AS round,
            r.row_id,
            {of.number} AS pass,
            n.seeker,
            n.choice,
            n.conflict,
            IF(id_l < id_r, n.other_id, n.row_id) AS first_row,
            IF(id_l < id_r, n.row_id, n.other_id) AS second_row,
            n.verdict,
            round(n.weight, 3) AS weight,
            round(n.probability, 6) AS probability,
            n.levels
        FROM new_choice n
        JOIN link_row r ON r.child = n.seeker AND r.round = {round_}""")
    connection.unregister("new_choice")
