"""What summaries count of one partition: a row per child and one per household, with answers and no more.

This is the one place where rows of a data set are judged for summaries. An engine that writes the same two files in the
place of `write_figures` can take its place.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from cpms_cli.datasets.canonical_rows import ALONG, take_homes, take_partition
from cpms_cli.datasets.engine import BATCH, write_batches
from cpms_cli.datasets.folder.fitting import make_folder
from cpms_cli.datasets.folder.manifest import FIGURES, FIGURES_OF_HOMES, HOUSEHOLDS, Manifest, Partition, label_of
from cpms_cli.scoring.engines import Engine
from cpms_cli.scoring.profiles import CHILD_ROUND, HOME, ProfiledRows, create_profile_tables
from cpms_cli.scoring.scores import judge
from cpms_cli.summaries.records.child_records import FIELDS_NOT_ASKED
from cpms_cli.survey.model.definition import Survey

_FILES = {FIGURES: "children.parquet", FIGURES_OF_HOMES: "households.parquet"}


@dataclass(frozen=True)
class DatasetRows:
    """The rows of a data set: its folder, its manifest, and the definition by which they are read."""

    survey: Survey
    folder: Path
    manifest: Manifest


def figures_files(partition: Partition) -> dict[str, str]:
    """Return where the two files of a partition lie, by the folder beside."""
    return {kind: f"{kind}/{partition.name}/{name}" for kind, name in _FILES.items()}


def judge_partition(connection: Engine, rows: DatasetRows, partition: Partition) -> None:
    """Create the relations of `scoring.scores.judge` for the rows of a partition."""
    path = rows.folder / partition.path
    unasked = take_partition(connection, rows.survey, path, partition, rows.manifest.detail)
    judge(connection, rows.survey, "partition_child", "partition_household", ALONG, unasked)


def write_figures(connection: Engine, rows: DatasetRows, partition: Partition, to: Path) -> None:
    """Write what is counted of a partition, which is judged, into the folder `to`: each file whole or not at all."""
    survey, key = rows.survey, {"child": rows.survey.key("child"), "household": rows.survey.key("household")}
    homes = next(path for path in partition.further if path.startswith(f"{HOUSEHOLDS}/"))
    unasked = take_homes(connection, survey, rows.folder / homes, partition, rows.manifest.detail)
    profiled = ProfiledRows(
        "partition_child", "partition_household", "partition_home", ALONG, (FIELDS_NOT_ASKED,), unasked
    )
    create_profile_tables(connection, survey, profiled)
    files = figures_files(partition)
    of_children = f"SELECT * EXCLUDE ({FIELDS_NOT_ASKED}) FROM {CHILD_ROUND} ORDER BY {', '.join(key['child'])}"
    of_homes = f"FROM {HOME} ORDER BY {', '.join(key['household'])}"
    for kind, query in ((FIGURES, of_children), (FIGURES_OF_HOMES, of_homes)):
        make_folder((to / files[kind]).parent)
        write_batches(connection.execute(query).to_arrow_reader(BATCH), to / files[kind], label_of(rows.manifest))
