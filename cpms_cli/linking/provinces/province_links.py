"""Which children of one store are found again in another: several stores compared, and what is told of each pair."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pandas as pd

from cpms_cli.errors import UsageError
from cpms_cli.linking.pairs.assignment import AUTOMATIC
from cpms_cli.linking.pairs.comparison_levels import WITHOUT_HOMES
from cpms_cli.linking.pairs.level_words import level_words
from cpms_cli.linking.provinces.moved_pairs import pair_moved
from cpms_cli.linking.provinces.stored_movers import Years, holders, in_one_frame, may_move, rounds_of
from cpms_cli.linking.review.filled_workbook import SHOWN
from cpms_cli.store.access.connection import commit
from cpms_cli.store.audit_log import note_identified
from cpms_cli.store.definitions.definition_in_use import definition_in_use
from cpms_cli.store.file import open_store
from cpms_cli.survey.area_widths import PROVINCE
from cpms_cli.survey.language import FALLBACK
from cpms_cli.survey.messages import say
from cpms_cli.survey.model.definition import Language, Survey

SURE, TO_REVIEW = "automatic", "review"
BEFORE, NOW = "before", "now"
PLACES = ("province", "round", "child")
"""What is told of each side of a pair, as `province_before` and `province_now`."""
_LEAST_STORES = 2


@dataclass(frozen=True)
class MovedChildren:
    """`pairs`, the surest first: pair (its name), kind ("automatic", or "review" where a person must look),
    probability, reason, agrees, differs, and of the child before and now the province, the round and the CPMS ID; with
    names, what the rows say as well. `cells` has that by field, for both sides. `children`: how many might have moved.
    """

    pairs: pd.DataFrame
    cells: dict[str, pd.DataFrame]
    stores: int
    children: int

    @property
    def automatic(self) -> int:
        """How many pairs are sure."""
        return int((self.pairs["kind"] == SURE).sum())


def link_provinces(
    stores: Sequence[str | Path],
    *,
    identified: bool = False,
    language: Language = FALLBACK,
    schemas: Path | None = None,
) -> MovedChildren:
    """Find children last seen in one store who were first seen in another, in a later round. No store is changed.

    With `identified` the pairs have names, and the audit log of each store says of how many children. Raises UsageError
    for fewer than two stores, one named twice, or stores of several definitions; StoreError, UnreadableFile.
    """
    paths = _checked([Path(store) for store in ([stores] if isinstance(stores, str | Path) else stores)])
    survey = _one_definition(paths, schemas)
    rows = _rows(paths, survey)
    pairs = pair_moved(rows, survey.linking) if len(rows) else pd.DataFrame()
    children = int(rows.loc[rows["first"] | rows["last"], "person"].nunique()) if len(rows) else 0
    shown = _described(pairs, rows, survey, language) if len(pairs) else _no_pairs()
    cells = _cells(paths, survey, shown) if identified else {}
    for name, frame in cells.items():
        for side in (BEFORE, NOW):
            shown[f"{name}_{side}"] = frame[side]
    return MovedChildren(shown.drop(columns=["store_before", "store_now"]), cells, len(paths), children)


def _checked(paths: list[Path]) -> list[Path]:
    if len(paths) < _LEAST_STORES:
        raise UsageError("moved_one_store")
    known = [path.resolve() for path in paths]
    for path in paths:
        if known.count(path.resolve()) > 1:
            raise UsageError("moved_store_twice", store=str(path))
    return paths


def _one_definition(paths: Sequence[Path], schemas: Path | None) -> Survey:
    surveys = [definition_in_use(path, schemas) for path in paths]
    for path, survey in zip(paths, surveys, strict=True):
        if survey.digest != surveys[0].digest:
            raise UsageError("moved_two_definitions", first=str(paths[0]), second=str(path))
    return surveys[0]


def _rows(paths: Sequence[Path], survey: Survey) -> pd.DataFrame:
    """The rows of all stores as `pair_moved` takes them; one store is open at a time."""
    spans = []
    for path in paths:
        with open_store(path, survey) as connection:
            spans.append(rounds_of(connection, survey))
    known = [span for span in spans if span is not None]
    if len(known) < _LEAST_STORES:
        return pd.DataFrame()
    years = Years(min(first for first, _ in known), max(last for _, last in known))
    by_store = []
    for path in paths:
        with open_store(path, survey) as connection:
            by_store.append(may_move(connection, survey, years))
    numbers = sorted({number for rows in by_store for number in rows["number"].dropna()})
    held = []
    for path in paths:
        with open_store(path, survey) as connection:
            held.append(holders(connection, survey, numbers))
    return in_one_frame(survey, by_store, held)


def _no_pairs() -> pd.DataFrame:
    sides = [f"{name}_{side}" for side in (BEFORE, NOW) for name in ("store", *PLACES)]
    return pd.DataFrame(columns=["pair", "kind", "probability", "reason", "agrees", "differs", *sides])


def _described(pairs: pd.DataFrame, rows: pd.DataFrame, survey: Survey, language: Language) -> pd.DataFrame:
    """The pairs in words, the surest first, then by their places, with the place of each side, and its store by
    number."""
    pairs = pairs.sort_values(["id_l", "id_r"], ignore_index=True)
    levels = [
        {str(name): str(level) for name, level in each.items()}
        for each in pairs[list(WITHOUT_HOMES)].to_dict("records")
    ]
    kind = pairs["verdict"].map({AUTOMATIC: SURE}).fillna(TO_REVIEW).astype("str")
    shown = pd.DataFrame(
        {
            "kind": kind,
            "probability": pairs["probability"].astype(float),
            "reason": [
                say(f"moved_{kind}", language, reason=say(f"moved_by_{why}", language))
                for kind, why in zip(kind, pairs["why"], strict=True)
            ],
            "agrees": [level_words(survey.linking, each, language, differing=False) for each in levels],
            "differs": [level_words(survey.linking, each, language, differing=True) for each in levels],
        }
    )
    for side, ids in ((BEFORE, pairs["id_l"]), (NOW, pairs["id_r"])):
        row = rows.loc[ids.to_numpy(int)].reset_index(drop=True)
        shown[f"store_{side}"] = row["store"]
        shown[f"province_{side}"] = [_province(survey, code, language) for code in row["village"]]
        shown[f"round_{side}"] = row["round"].astype(int)
        shown[f"child_{side}"] = row["identifier"]
    ends = shown[[f"{name}_{side}" for side in (BEFORE, NOW) for name in ("child", "round")]].astype("str")
    names = [hashlib.sha256("|".join(each).encode()).hexdigest()[:16] for each in ends.itertuples(index=False)]
    shown.insert(0, "pair", names)
    return shown.sort_values(["kind", "probability"], ascending=[True, False], kind="stable", ignore_index=True)


def _province(survey: Survey, village: str, language: Language) -> str:
    area = survey.areas.get(village[:PROVINCE])
    return village[:PROVINCE] if area is None else area.label.in_(language)


def _cells(paths: Sequence[Path], survey: Survey, shown: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """What the rows of the pairs say, by field, before and now; the log of each store says so."""
    fields = survey.names_of(*SHOWN)
    cells = {name: pd.DataFrame(index=shown.index, columns=[BEFORE, NOW], dtype="str") for name in fields}
    for number, path in enumerate(paths):
        sides = {side: shown[shown[f"store_{side}"] == number] for side in (BEFORE, NOW)}
        children = pd.concat([part[f"child_{side}"] for side, part in sides.items()])
        if children.empty:
            continue
        with open_store(path, survey, write=True, rows=0) as connection:
            connection.execute("BEGIN")
            for side, part in sides.items():
                answers = _answers(connection, survey, part[f"child_{side}"], part[f"round_{side}"], fields)
                for name in fields:
                    cells[name].loc[part.index, side] = answers[name].to_numpy()
            # The log says that names were shown before anybody can see them.
            note_identified(connection, "link provinces", children.nunique())
            commit(connection)
    return cells


def _answers(
    connection: duckdb.DuckDBPyConnection, survey: Survey, children: pd.Series, rounds: pd.Series, fields: list[str]
) -> pd.DataFrame:
    """The answers of these children in these rounds, in their order."""
    person, round_ = survey.role("person").name, survey.role("round").name
    return connection.execute(
        f"""
        WITH asked AS (SELECT unnest(?) AS child, unnest(?) AS year)
        SELECT {", ".join(f"c.{name}" for name in fields)}
        FROM (SELECT *, row_number() OVER () AS place FROM asked) a
        JOIN current_child c ON c.{person} = a.child AND c.{round_}::INTEGER = a.year
        ORDER BY a.place""",
        [children.tolist(), rounds.tolist()],
    ).df()
