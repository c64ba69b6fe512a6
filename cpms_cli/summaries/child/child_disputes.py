"""What a child's family says is wrong, beside the answers, with the level as it is and as it would be without each."""

from __future__ import annotations

import duckdb
import pandas as pd

from cpms_cli.scoring.explanations import Explainer
from cpms_cli.scoring.scores import SCORE
from cpms_cli.scoring.trials.without_answers import levels_without
from cpms_cli.store.disputes import SETTLED, list_disputes
from cpms_cli.summaries.child.children import MASK
from cpms_cli.survey.model.definition import Survey

DISPUTE_WORDS = ("disputed_by", "reason", "closed_by", "outcome")
"""What people wrote, in which there may be names."""
_COLUMNS = (
    *("round", "field", "label", "answer", "disputed_on", "disputed_by", "reason", "state", "answered_in"),
    *("closed_on", "closed_by", "outcome", "level", "level_without", "highest_without", "batch_id"),
)


def child_disputes(
    connection: duckdb.DuckDBPyConnection, explainer: Explainer, person: str, *, identified: bool
) -> pd.DataFrame:
    """Return the disputes about a child's answers, by the day of each; needs `score`.

    Columns: round, field, label (of the question), answer (in words, as it was disputed), disputed_on, disputed_by,
    reason, state (open, answered, settled: see `store.disputes`), answered_in (the later round), closed_on, closed_by,
    outcome, batch_id; `level` of that round, `level_without` and `highest_without`, had nobody given the answer: the
    same as with it once it was settled, or answered otherwise. What people wrote, and a personal answer, is masked
    unless `identified`.
    """
    survey = explainer.survey
    disputes = list_disputes(connection, survey, person)
    if disputes.empty:
        return pd.DataFrame(columns=list(_COLUMNS))
    levels = _levels(connection, survey, disputes)
    fields = [survey.fields.get(name) for name in disputes["field"]]
    answers = [
        answer if field is None else MASK if field.personal and not identified else explainer.answer(field, answer)
        for field, answer in zip(fields, disputes["answer"], strict=True)
    ]
    labels = [
        name if field is None else field.label.in_(explainer.language)
        for field, name in zip(fields, disputes["field"], strict=True)
    ]
    listed = disputes.assign(
        round=disputes["round"].astype("int64"),
        label=pd.Series(labels, index=disputes.index, dtype="str"),
        answer=pd.Series(answers, index=disputes.index, dtype="str"),
        answered_in=disputes["answered_in"].astype("Int64"),
        **{str(name): levels[name] for name in levels},
    )
    if not identified:
        listed = listed.assign(
            **{name: listed[name].mask(listed[name].notna(), MASK).astype("str") for name in DISPUTE_WORDS}
        )
    return listed[list(_COLUMNS)].reset_index(drop=True)


def _levels(connection: duckdb.DuckDBPyConnection, survey: Survey, disputes: pd.DataFrame) -> pd.DataFrame:
    """Return level, level_without and highest_without of each dispute; NA where the store has no such row."""
    key = list(survey.key("child"))
    same = " AND ".join(f"s.{name}::VARCHAR = d.{name}" for name in key)
    placed = disputes[disputes["of_row"].notna() & disputes["field"].isin(list(survey.fields))]
    connection.register("placed_dispute", placed[key].astype("str").assign(place=placed.index))
    now = connection.execute(
        f"""
        SELECT d.place, s.level, s.highest
        FROM placed_dispute d
        JOIN {SCORE} s ON {same}
        """
    ).df()
    connection.unregister("placed_dispute")
    now = now.set_index("place").reindex(disputes.index)
    counts = placed[(placed["state"] != SETTLED) & (placed["answer_now"] == placed["answer"])]
    without = levels_without(connection, survey, counts) if len(counts) else now.iloc[:0]
    return pd.DataFrame(
        {
            "level": now["level"],
            "level_without": without["level"].reindex(disputes.index).fillna(now["level"]),
            "highest_without": without["highest"].reindex(disputes.index).fillna(now["highest"]),
        }
    )
