"""The single conditions inside an alternative of a rule, and when each of them is part of why it holds or stays open.

Of `i22 AND (i03 OR i05)` both sides of the AND must be true, and of the OR only those that are true are reasons. Under
a NOT the two change places: NOT (a OR b) holds because both are false.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from sqlglot import exp


@dataclass(frozen=True)
class Condition:
    """One condition: `wanted` is what it must be for the alternative to be true. `chosen` are the branches of inner ORs
    in which it stands, each with what it must be; `around` the inner ANDs and ORs that it is a part of."""

    tree: exp.Expression
    wanted: bool = True
    chosen: tuple[tuple[exp.Expression, bool], ...] = ()
    around: tuple[exp.Expression, ...] = ()

    @property
    def function(self) -> str:
        """The name of the survey's own function that it calls, as ASKED; empty for plain SQL."""
        return self.tree.name.upper() if isinstance(self.tree, exp.Anonymous) else ""


def conditions(alternative: exp.Expression) -> Iterator[Condition]:
    """Every condition of an alternative, in the order in which they are written."""
    yield from _split(Condition(alternative), alternative)


def _split(condition: Condition, whole: exp.Expression) -> Iterator[Condition]:
    node = condition.tree
    if isinstance(node, exp.Paren):
        yield from _split(replace(condition, tree=node.this), whole)
    elif isinstance(node, exp.Not):
        yield from _split(replace(condition, tree=node.this, wanted=not condition.wanted), whole)
    elif isinstance(node, (exp.And, exp.Or)):
        either = isinstance(node, exp.Or) == condition.wanted
        around = condition.around if node is whole else (*condition.around, node)
        for part in (inner for inner in node.flatten() if isinstance(inner, exp.Expression)):
            chosen = (*condition.chosen, (part, condition.wanted)) if either else condition.chosen
            yield from _split(replace(condition, tree=part, chosen=chosen, around=around), whole)
    else:
        yield condition
