"""A year's files of an office, step by step, through public functions: `python examples/pipeline.py OFFICE`.

`cpms run` does the same in one go; here each step is a line of its own, to be changed.
"""

from __future__ import annotations

import sys
from pathlib import Path

from cpms_cli import list_children, list_today, load_office, merge, render, report_area, score_and_record, validate
from cpms_cli.errors import UnreadableFile, UsageError


def main(folder: Path) -> int:
    """Store the files of an office's inbox, and write scores, list and report; return 1 where something is to mend."""
    office = load_office(folder)
    out = office.outbox / "analyst"
    out.mkdir(parents=True, exist_ok=True)
    to_mend = 0
    for path in sorted(office.inbox.glob("*.*")):
        try:
            checked = validate(path)
            merged = merge(path, office.store, who=office.who)
        except (UnreadableFile, UsageError) as error:
            print(f"{path.name}: left out: {error}")
            to_mend = 1
            continue
        print(
            f"{path.name}: errors {checked.errors}; stored {merged.total('stored')} of {merged.total('rows_in')} rows"
        )
        to_mend = max(to_mend, merged.exit_code)
    scored = score_and_record(office.store, who=office.who)
    scored.scores.to_parquet(out / "scores.parquet", index=False)
    print(f"run {scored.run}: {len(list_children(office.store))} children in the last round")
    list_today(office.store).tasks.to_csv(out / "today.csv", index=False, encoding="utf-8-sig")
    if office.area:
        render(report_area(office.store, office.area, audience=None), out / "report.html")
    return to_mend


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
