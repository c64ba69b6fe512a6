"""The provinces of a data set side by side, and what that table does not have: provinces without rows, and rows of
another data set."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pandas as pd

from cpms_cli.datasets.asked import Asked, DatasetSource
from cpms_cli.datasets.dataset_workspace import DatasetWorkspace, dataset_workspace
from cpms_cli.datasets.engine import MEMORY
from cpms_cli.datasets.folder.fitting import differing, label_in
from cpms_cli.datasets.folder.manifest import label_of
from cpms_cli.summaries.area.country import MISSING, CountrySummary, compute_country_summary
from cpms_cli.summaries.counts.shares import area_name
from cpms_cli.survey.language import FALLBACK
from cpms_cli.survey.messages import say
from cpms_cli.survey.model.definition import Language

_DIGITS = 2


def summarise_country(  # noqa: PLR0913 - public: what can be asked, each by its own keyword
    dataset: str | Path,
    *,
    scores: str | Path | None = None,
    round_: int | None = None,
    language: Language = FALLBACK,
    memory: str = MEMORY,
    tool_version: str = "",
) -> CountrySummary:
    """The provinces of a data set side by side in a round, by default its last; of `scores`, where these are given.

    Raises UsageError, UnreadableFile.
    """
    source = DatasetSource(Path(dataset), None if scores is None else Path(scores), memory, tool_version)
    with dataset_workspace(source, Asked(round=round_, before=False), language=language) as workspace:
        return country_summary(workspace, round_=round_)


def country_summary(
    workspace: DatasetWorkspace, *, round_: int | None = None, numbers: Sequence[int | str] = ()
) -> CountrySummary:
    """As `summarise_country`, in a workspace; `numbers` as in `compute_country_summary`."""
    summary = compute_country_summary(workspace, round_=round_, numbers=numbers)
    return replace(summary, missing=left_out(workspace, summary.round))


def left_out(workspace: DatasetWorkspace, round_: int) -> pd.DataFrame:
    """Return the provinces of the definition without rows of a round, and the partitions that lie in the folder and are
    not the data set's, in the columns MISSING.

    `why`: `province_without_rows`; `province_other_round`, with the last round that there is; for a partition that the
    manifest does not name, in which way it is another (`dataset_partition_definition` ...), or `partition_not_named`.
    """
    survey, manifest = workspace.survey, workspace.rows.manifest
    last: dict[str, int] = {}
    for partition in manifest.partitions:
        last[partition.province] = max(partition.round, last.get(partition.province, 0))
    surveyed = {partition.province for partition in manifest.partitions if partition.round == round_}
    rows: list[tuple[str, str, int | None]] = []
    for code in sorted(code for code in survey.areas if len(code) == _DIGITS and code not in surveyed):
        rows.append((code, "province_other_round" if code in last else "province_without_rows", last.get(code)))
    rows += _strangers(workspace)
    table = pd.DataFrame(rows, columns=["area", "why", "round"]).astype({"round": "Int64"})
    names = [area_name(survey, code, workspace.language) if code in survey.areas else "" for code in table["area"]]
    reasons = [say(f"why_{why}", workspace.language) for why in table["why"]]
    return table.assign(name=pd.Series(names, dtype="str"), reason=pd.Series(reasons, dtype="str"))[list(MISSING)]


def _strangers(workspace: DatasetWorkspace) -> list[tuple[str, str, int | None]]:
    """Return the partitions that lie in the folder and that the manifest does not name."""
    folder, manifest = workspace.rows.folder, workspace.rows.manifest
    rows: list[tuple[str, str, int | None]] = []
    for path in sorted(folder.glob("province=*/round=*")):
        if f"{path.parent.name}/{path.name}" in manifest.by_name or not path.is_dir():
            continue
        files = sorted(path.glob("*.parquet"))
        in_file = label_in(files[0]) if files else None
        if in_file is None:
            continue  # a folder that is empty, or what a killed run was about to write
        round_ = path.name.removeprefix("round=")
        why = differing(label_of(manifest), in_file[0]) if in_file[0] else "dataset_partition_earlier"
        year = int(round_) if round_.isdecimal() else None
        rows.append((path.parent.name.removeprefix("province="), why or "partition_not_named", year))
    return rows
