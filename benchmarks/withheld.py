"""How many figures of published reports are withheld, by what they count, beside those of the office's own report.

    python benchmarks/withheld.py

The sample survey's province and subdistrict, and a subdistrict of 50 children.
"""

from __future__ import annotations

import tempfile
from collections import Counter
from pathlib import Path

import pandas as pd

from cpms_cli import merge, report_area, write_samples
from cpms_cli.reports.document import Chart, Document, Paragraph, TableBlock

ROOT = Path(__file__).resolve().parent.parent
SURVEYS = [ROOT / "sample_data" / name for name in ("survey_2567.csv", "survey_2568.xlsx", "survey_2569.xlsx")]
KINDS = {
    "yes": "yes",
    "no": "no",
    "unknown": "unknown",
    "not_applicable": "does not apply",
    "share": "shares",
    "low": "shares",
    "high": "shares",
    "before": "shares, round before",
    "children": "totals and levels",
    "could_be": "levels that could be",
    "severe": "totals and levels",
}
TURNED = {"yes": "no", "no": "yes"}
"""Of rights, the answer that tells of a child at risk is no."""


def figures(document: Document) -> dict[tuple[str, str, int], object]:
    """Every figure of a document by its kind, the table or chart, and its place there."""
    cells: dict[tuple[str, str, int], object] = {}
    keys = [part.text.split()[0] for part in document.parts if isinstance(part, Paragraph) and part.style == "key"]
    for row, text in enumerate(keys[:2]):
        cells["totals and levels", "key", row] = None if text == "n.p." else text
    for part in document.parts:
        if isinstance(part, TableBlock):
            turned = "right_" in " ".join(map(str, part.frame.get("item", [])))
            for column in part.columns:
                if column.kind in ("count", "share"):
                    kind = TURNED.get(column.name, column.name) if turned else column.name
                    for row, cell in enumerate(part.frame[column.name]):
                        cells[KINDS.get(kind, "moves between levels"), f"{part.caption} {column.name}", row] = cell
        elif isinstance(part, Chart) and part.shape in ("level_bars", "heat_map"):
            kind = "totals and levels" if part.shape == "level_bars" else "shares of parts"
            for name in part.frame.columns[1:]:
                for row, cell in enumerate(part.frame[name]):
                    cells[kind, f"{part.shape} {name}", row] = cell
    return cells


def measure(store: Path, code: str) -> pd.DataFrame:
    """A row for each kind: how many figures the office has, and how many of them readers do not get."""
    office = figures(report_area(store, code, audience=None))
    public = figures(report_area(store, code, audience=f"readers of {code}"))
    known = {key for key, cell in office.items() if not pd.isna(cell)}  # type: ignore[call-overload]
    every = Counter(kind for kind, *_ in known)
    gone = Counter(key[0] for key in known if pd.isna(public.get(key)))  # type: ignore[call-overload]
    table = pd.DataFrame({"figures": every, "withheld": gone}).fillna(0).astype(int)
    table.loc["all counts"] = table[~table.index.str.startswith("shares")].sum()
    return table.assign(share=(100 * table["withheld"] / table["figures"]).round(1))


def main() -> None:
    """Print a table for each report."""
    with tempfile.TemporaryDirectory() as folder:
        store, small = Path(folder) / "sample.duckdb", Path(folder) / "small.duckdb"
        merge(SURVEYS, store)
        write_samples(Path(folder) / "small", ["850302"], range(2024, 2027), 50, 7)
        merge(sorted((Path(folder) / "small").glob("survey*")), small)
        reports = {"province 85": store, "community 850105": store, "50 children, 850302": small}
        for name, stored in reports.items():
            code = name.split()[-1]
            print(f"\n{name}\n{measure(stored, code).sort_index().to_string()}")


if __name__ == "__main__":
    main()
