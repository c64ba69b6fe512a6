"""The relations on the engine that speaks to a server."""

from __future__ import annotations

from cpms_cli.survey.relations import Relation

_PUSHING = ("publishing.pushing",)

RELATIONS = (
    Relation("pushed_row", "a row of a table as the server is to have it", _PUSHING, _PUSHING, kind="frame"),
    Relation("served_row", "a row of it as the server has it", _PUSHING, _PUSHING),
    Relation("fresh_row", "a row that the server has not as it is", _PUSHING, _PUSHING),
    Relation("stale_row", "a row of the server that the store has not as it is", _PUSHING, _PUSHING),
)
