"""What is gathered of everything that is published together: tables of counts, further cells, and how they add up."""

from __future__ import annotations

from dataclasses import dataclass, field

from cpms_cli.disclosure.cell_id import CellId
from cpms_cli.disclosure.count_table import CountTable
from cpms_cli.disclosure.engine.problem import Cell, Relation
from cpms_cli.survey.model.definition import Survey


@dataclass
class CellSheet:
    """Tables by name, cells that no table has by id, and relations, gathered piece by piece."""

    survey: Survey
    tables: dict[str, CountTable] = field(default_factory=dict)
    unshown: dict[CellId, Cell] = field(default_factory=dict)
    added: dict[Relation, None] = field(default_factory=dict)

    @property
    def relations(self) -> list[Relation]:
        """Every relation once, in the order in which they were added."""
        return list(self.added)

    def take(self, other: CellSheet) -> None:
        """Add everything that another sheet has gathered."""
        self.tables |= other.tables
        self.unshown |= other.unshown
        self.added |= other.added

    def add(self, relation: Relation) -> None:
        """Add a relation, once; nothing where it says that a count is itself."""
        if relation.parts != (relation.whole,):
            self.added[relation] = None
