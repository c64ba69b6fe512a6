"""What all pages of a site share: their files, the way back up, and the links in their tables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property

import pandas as pd

from cpms_cli.reports.composing.area.area_context import AreaContext
from cpms_cli.reports.composing.area.area_report import closing_notes
from cpms_cli.reports.document import Document, Part, TableBlock
from cpms_cli.summaries.area.compared_answers import AROUND
from cpms_cli.survey.area_widths import SUBDISTRICT

INDEX, RIGHTS = "index.html", "rights.html"
COMPARED = (AROUND, "position")
"""The columns in which an area stands beside the rest of the widest one."""


@dataclass(frozen=True)
class SitePages:
    """The areas of a site by code, the widest (`top`) first; what its readers are told of what is withheld."""

    contexts: Mapping[str, AreaContext]
    top: str
    privacy: tuple[str, ...]
    banner: str = ""

    @property
    def whole(self) -> AreaContext:
        """The area that the site is of."""
        return self.contexts[self.top]

    @cached_property
    def answers(self) -> dict[int, pd.DataFrame]:
        """The answers in all areas by indicator; an area that all children live in has no rest beside it."""
        areas = [context.figures for context in self.contexts.values()]
        each = [of.indicators.assign(area=of.code, label=of.name) for of in areas]
        every = pd.concat(each, ignore_index=True)
        columns = ["area", *(str(name) for name in every if name not in ("area", *COMPARED)), *COMPARED]
        ordered = every.reindex(columns=columns)
        return {int(number): ordered[ordered["number"] == number] for number in ordered["number"].unique()}

    def file_of_area(self, code: str) -> str:
        """Return the file of an area's page; "" where it has none."""
        if code not in self.contexts:
            return ""
        return INDEX if code == self.top else f"area-{code}.html"

    def file_of_indicator(self, number: int) -> str:
        """Return the file of an indicator's page."""
        return f"indicator-{number}.html"

    def name(self, code: str) -> str:
        """Return an area's name."""
        return self.contexts[code].figures.name

    def inside(self, *, villages: bool) -> list[str]:
        """Return the codes of the areas within the top: the villages, or all that are wider."""
        return [code for code in self.contexts if code != self.top and (len(code) > SUBDISTRICT) == villages]

    def crumbs(self, code: str) -> tuple[tuple[str, str], ...]:
        """Return the areas around one, the widest first, each with its name and its file."""
        return tuple((self.name(outer), self.file_of_area(outer)) for outer in self.contexts if _is_around(outer, code))

    def document(
        self, title: str, subtitle: str, parts: tuple[Part, ...], crumbs: tuple[tuple[str, str], ...]
    ) -> Document:
        """Return a page: its tables with links, its notes at the end."""
        linked = tuple(self._linked(part) for part in parts)
        notes = closing_notes(self.whole, parts, self.privacy)
        return Document(title, subtitle, self.whole.language, linked, notes, self.banner, crumbs)

    def _linked(self, part: Part) -> Part:
        """A table whose rows are areas or indicators, with links to their pages."""
        if not isinstance(part, TableBlock):
            return part
        if "area" in part.frame:
            files = part.frame["area"].map(lambda code: self.file_of_area(str(code)))
        elif "number" in part.frame:
            files = part.frame["number"].map(lambda number: self.file_of_indicator(int(number)))
        else:
            return part
        first, *others = part.columns
        return replace(part, frame=part.frame.assign(file=files), columns=(replace(first, link="file"), *others))


def _is_around(outer: str, code: str) -> bool:
    return code.startswith(outer) and code != outer
