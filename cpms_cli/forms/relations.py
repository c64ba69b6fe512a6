"""The relations that a form for the next round is made from; they read the store's views."""

from __future__ import annotations

from cpms_cli.survey.relations import Relation

_KNOWN = ("forms.known",)

RELATIONS = (
    Relation("village_round", "a village and the last round in which it has anybody", _KNOWN, _KNOWN),
    Relation("last_child", "the last row of a child who was last seen in the area", _KNOWN, _KNOWN),
    Relation("last_household", "the last row of a household that was last seen in the area", _KNOWN, _KNOWN),
)
