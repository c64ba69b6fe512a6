"""The classifier of the package `recordlinkage` on the same rows: run by linkage.py in an environment that has it.

    python benchmarks/linkage_baseline.py ROWS.csv

Blocks on birth date, on given name with mother's name, and on house; Jaro-Winkler over names; an unsupervised ECM
classifier. Prints the pairs it links and its seconds as JSON.
"""

from __future__ import annotations

import json
import sys
import time

import pandas as pd
import recordlinkage


def main() -> None:
    """Link round one with round two."""
    rows = pd.read_csv(sys.argv[1], dtype=str, index_col="id")
    begun = time.perf_counter()
    years = sorted(rows["round"].unique())
    first, second = rows[rows["round"] == years[0]], rows[rows["round"] == years[1]]
    index = recordlinkage.Index()
    index.block("born")
    index.block(["given", "mother"])
    index.block("home")
    candidates = index.index(first, second)
    compare = recordlinkage.Compare()
    for name in ("given", "family", "mother", "nickname"):
        compare.string(name, name, method="jarowinkler", threshold=0.85, label=name)
    for name in ("born", "sex", "village", "home", "number"):
        compare.exact(name, name, label=name)
    features = compare.compute(candidates, first, second)
    links = recordlinkage.ECMClassifier(binarize=0.5).fit_predict(features)
    seconds = time.perf_counter() - begun
    print(json.dumps({"seconds": round(seconds, 2), "pairs": [[int(a), int(b)] for a, b in links]}))


if __name__ == "__main__":
    main()
