"""A site's page on an area: what to do first, then its areas, then its figures beside those of the rest."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from cpms_cli.reports.composing.area.area_context import AreaContext
from cpms_cli.reports.composing.area.area_levels import key_figures, levels
from cpms_cli.reports.composing.area.area_parts import parts as parts_of_area
from cpms_cli.reports.composing.area.area_report import to_do_of_round
from cpms_cli.reports.composing.area.area_shares import indicators, shares
from cpms_cli.reports.composing.to_do import to_do_parts
from cpms_cli.reports.document import Bullets, Column, Document, Heading, Part, TableBlock
from cpms_cli.reports.site.site_pages import RIGHTS, SitePages


def area_page(pages: SitePages, code: str) -> Document:
    """Return the page of an area; that of the widest one also lists all areas and all indicators."""
    context, is_top = pages.contexts[code], code == pages.top
    parts = (
        *to_do_parts(to_do_of_round(context)),
        *(_areas(pages, "site_areas", villages=False) if is_top else ()),
        *key_figures(context, pd.DataFrame()),
        *levels(context),
        *indicators(context),
        *(_indicator_links(pages) if is_top else ()),
        *parts_of_area(context, None),
        *shares(context, "migration", context.figures.migration, ("yes", "no")),
        *(_rights(pages) if is_top else ()),
        *(_areas(pages, "site_communities", villages=True) if is_top else ()),
    )
    title = context.say("report_title", name=context.figures.name)
    subtitle = context.say("report_subtitle", round=context.year, code=code)
    return pages.document(title, subtitle, parts, pages.crumbs(code))


def _areas(pages: SitePages, heading: str, *, villages: bool) -> Iterator[Part]:
    """How many children are at each level in every area of the site, an area before its parts."""
    codes, whole = pages.inside(villages=villages), pages.whole
    if not codes:
        return
    yield Heading(whole.say(heading))
    yield _table(whole, whole.say("site_levels_of", areas=whole.say(heading)), [pages.contexts[code] for code in codes])


def _table(whole: AreaContext, caption: str, areas: list[AreaContext]) -> TableBlock:
    named = [level for level in whole.survey.levels if level.role != "clear"]
    rows = []
    for context in areas:
        counts = context.figures.response.set_index("level")["children"]
        of_level = {level.id: counts[level.id] for level in named}
        figures = context.figures
        rows.append({"area": figures.code, "label": figures.name, "children": figures.children, **of_level})
    numbers = ["children", *(level.id for level in named)]
    columns = (
        Column("label", whole.say("col_area")),
        Column("children", whole.say("col_children"), "count"),
        *(Column(level.id, level.label.in_(whole.language), "count") for level in named),
    )
    frame = pd.DataFrame(rows).astype(dict.fromkeys(numbers, "Int64"))
    return TableBlock(caption, frame, columns)


def _rights(pages: SitePages) -> Iterator[Part]:
    """The rights of the widest area, and the way to the page that says what each means."""
    rights = tuple(shares(pages.whole, "rights", pages.whole.figures.rights, ("has", "lacks")))
    yield from rights
    if rights:
        yield Bullets((pages.whole.say("site_rights_meaning"),), (RIGHTS,))


def _indicator_links(pages: SitePages) -> Iterator[Part]:
    """The indicators by number, each with its page."""
    listed = pages.whole.survey.indicators
    yield Heading(pages.whole.say("site_indicators"), 3)
    yield Bullets(
        tuple(indicator.numbered(pages.whole.language) for indicator in listed),
        tuple(pages.file_of_indicator(indicator.number) for indicator in listed),
    )
