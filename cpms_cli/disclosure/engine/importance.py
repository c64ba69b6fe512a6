"""How much a count says to its readers, by its id: where another must be hidden for the sake of a small one, it is one
that says little. Totals go last; unknown answers go before a count of children at risk."""

from __future__ import annotations

from cpms_cli.disclosure.cell_id import CellId, Quantity
from cpms_cli.scoring.judged_columns import right_column
from cpms_cli.survey.model.settings.privacy import Counted, PrivacyRules

_RIGHT = right_column("")
_KINDS: dict[str, Counted] = {
    "yes": "yes",
    "no": "no",
    "unknown": "unknown",
    "not_applicable": "not_applicable",
    "not_asked": "not_applicable",
    "children": "total",
    "households": "total",
    "homes": "total",
    "severe": "level",
}
_TURNED: dict[str, Counted] = {"yes": "no", "no": "yes"}
_OF_LEVELS = ("level", "could_be", "households")
_OF_PERSONS_MOVED_OR_CASES = ("move", "case")


def kind_of(quantity: Quantity) -> Counted:
    """Return what a quantity is a count of. Of rights, a no tells of a child at risk.

    >>> kind_of(Quantity("i03", "yes")), kind_of(Quantity("right_education", "yes"))
    ('yes', 'no')
    """
    if quantity.item in _OF_PERSONS_MOVED_OR_CASES:
        return "other"
    if quantity.item in _OF_LEVELS and quantity.value:
        return "level"
    if quantity.item.startswith(_RIGHT) and quantity.value in _TURNED:
        return _TURNED[quantity.value]
    return _KINDS.get(quantity.value or quantity.item, "other")


def weight(rules: PrivacyRules, cell: CellId) -> float:
    """Return how dear it is to hide a count, beside others of its size. A level's own weight goes before that of
    levels."""
    kind = "other" if cell.remainder else kind_of(cell.quantity)
    own = rules.weights.get(cell.quantity.value) if kind == "level" else None
    return own or rules.weights.get(kind, 1.0)
