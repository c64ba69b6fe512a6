"""The relations that a data set's rows become on a connection of their own, where they are scored and counted."""

from __future__ import annotations

from cpms_cli.survey.relations import Relation

_ROWS, _FIGURES = ("datasets.canonical_rows",), ("datasets.partition_figures",)

RELATIONS = (
    Relation("arriving_partition", "a row of a partition's file", _ROWS, _ROWS, kind="frame"),
    Relation("partition_row", "a row of the partition that is scored, as it stands in its file", _ROWS, _ROWS),
    Relation("partition_child", "a child of the partition, as canonical text", _ROWS, _FIGURES, kind="view"),
    Relation("partition_household", "a household with children of it, as canonical text", _ROWS, _FIGURES, kind="view"),
    Relation("arriving_homes", "a household of a partition's file", _ROWS, _ROWS, kind="frame"),
    Relation("home_row", "a household of the partition, as it stands in its file", _ROWS, _ROWS),
    Relation("partition_home", "any household of the partition, as canonical text", _ROWS, _FIGURES, kind="view"),
)
