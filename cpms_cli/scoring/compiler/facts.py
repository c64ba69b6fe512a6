"""What rules ask of one answer alone, as `carer = 'nobody'`: worked out on each table before the two are joined.

A column of answers holds few texts, and the engine compares each text once as long as it reads the column as stored.
After the join it would compare every row, and carry every text there.
"""

from __future__ import annotations

from sqlglot import exp

from cpms_cli.survey.model.definition import Survey, Table
from cpms_cli.survey.rules.rule_language import sql

_NUMBERS = ("integer", "number", "year", "date")


class Facts:
    """Conditions on one answer, each a column of a name of its own: true or false, NULL where there is no answer."""

    def __init__(self, survey: Survey) -> None:
        self.survey = survey
        self._columns: dict[str, tuple[str, str]] = {}

    def named(self, rule: exp.Expression) -> exp.Expression:
        """A compiled rule, its conditions on one answer replaced in place by their columns."""
        return rule.transform(self._replaced, copy=False)

    def unanswered(self, name: str) -> str:
        """SQL that is true where this field has no answer."""
        same = (column for column, field in self._columns.values() if field == name)
        return f"{next(same, name)} IS NULL"

    def columns(self, table: Table) -> tuple[str, ...]:
        """Those on answers of this table's rows, as `condition AS name`."""
        home = {field.name for field in self.survey.household.fields} - set(self.survey.child.shared)
        return tuple(
            f"{condition} AS {column}"
            for condition, (column, name) in self._columns.items()
            if (name in home) == (table == "household")
        )

    @property
    def names(self) -> tuple[str, ...]:
        """The names of all columns."""
        return tuple(column for column, _ in self._columns.values())

    def _replaced(self, node: exp.Expression) -> exp.Expression:
        field = self.survey.fields.get(_compared(node))
        if field is None or field.type in _NUMBERS:
            return node
        return exp.column(self._columns.setdefault(sql(node), (f"fact_{len(self._columns)}", field.name))[0])


def _compared(node: exp.Expression) -> str:
    """The column that this compares with nothing but texts; empty for anything else."""
    others = [node.expression] if isinstance(node, (exp.EQ, exp.NEQ)) else node.expressions
    if not isinstance(node, (exp.EQ, exp.NEQ, exp.In)) or not isinstance(node.this, exp.Column):
        return ""
    texts = bool(others) and all(isinstance(other, exp.Literal) and other.is_string for other in others)
    return node.this.name if texts else ""


def given(rule: exp.Expression, name: str) -> str:
    """The one answer to a question without which this alternative is not true; empty where there are several."""
    whole = rule.unnest()
    parts = whole.flatten() if isinstance(whole, exp.And) else [whole]
    for part in (part.unnest() for part in parts):
        if isinstance(part, exp.EQ) and _compared(part) == name:
            return str(part.expression.name)
    return ""
