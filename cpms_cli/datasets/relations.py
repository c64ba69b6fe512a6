"""The relations that a data set's rows become on a connection of their own, where they are scored."""

from __future__ import annotations

from cpms_cli.survey.relations import Relation

_ROWS, _SCORES = ("datasets.canonical_rows",), ("datasets.scoring",)

RELATIONS = (
    Relation("arriving_partition", "a row of a partition's file", _ROWS, _ROWS, kind="frame"),
    Relation("partition_row", "a row of the partition that is scored, as it stands in its file", _ROWS, _ROWS),
    Relation("partition_child", "a child of the partition, as canonical text", _ROWS, _SCORES, kind="view"),
    Relation("partition_household", "a household of the partition, as canonical text", _ROWS, _SCORES, kind="view"),
)
