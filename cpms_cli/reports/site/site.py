"""The site of a province: a page for it, for each area in it, for each indicator and for the rights, that lead to one
another; counts and shares, never a child."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from cpms_cli.disclosure.release.area_release import PublishedAreas, published_areas
from cpms_cli.errors import UsageError
from cpms_cli.reports.composing.area.area_context import AreaContext
from cpms_cli.reports.document import Document
from cpms_cli.reports.site.site_areas import area_page
from cpms_cli.reports.site.site_indicators import indicator_page
from cpms_cli.reports.site.site_pages import RIGHTS, SitePages
from cpms_cli.reports.site.site_rights import rights_page
from cpms_cli.summaries.area.nested_figures import nested_figures
from cpms_cli.summaries.area.quality import coarse
from cpms_cli.summaries.scope import villages_with_children
from cpms_cli.survey.area_widths import PROVINCE
from cpms_cli.survey.messages import say
from cpms_cli.workspace import Workspace


@dataclass(frozen=True)
class Site:
    """The pages by their files' names, `index.html` first; `warning` is for the office alone, as of a report."""

    pages: Mapping[str, Document]
    warning: str | None = None


def compose_site(
    workspace: Workspace, area: str | None = None, *, round_: int | None = None, audience: str | None = "public"
) -> Site:
    """Return the site of a province (2 digits) or district (4), by default of the only province in the store and its
    last round; write it with `rendering.render_site`.

    Small counts, and all that would give them away, are withheld from the `audience` over all pages together, and
    together with what it was given before; the store, which the workspace must be able to write, remembers it. With no
    audience (None) nothing is withheld, and every page says so. Raises UsageError for an unknown area, for none where
    the store has several provinces, or a round without data; StoreError, UnreadableFile.
    """
    survey, language = workspace.survey, workspace.language
    code = area or _only_province(workspace)
    figures = nested_figures(workspace, code, round_=round_)
    if audience is None:
        # Of the quality of the data, what speaks of no other round.
        whole = tuple(replace(of, quality=coarse(of.quality)) for of in figures)
        published, banner = PublishedAreas(whole, (say("report_internal", language),)), say("report_banner", language)
    else:
        published, banner = published_areas(workspace, figures, f"site {code}", audience), ""
    contexts = {of.code: AreaContext(survey, of, language) for of in published.figures}
    pages = SitePages(contexts, code, published.notes, banner)
    documents = {pages.file_of_area(area_code): area_page(pages, area_code) for area_code in contexts}
    for indicator in survey.indicators:
        documents[pages.file_of_indicator(indicator.number)] = indicator_page(pages, indicator)
    if survey.rights:
        documents[RIGHTS] = rights_page(pages)
    return Site(documents, published.warning)


def _only_province(workspace: Workspace) -> str:
    provinces = sorted({code[:PROVINCE] for code in villages_with_children(workspace)})
    if not provinces:
        raise UsageError("no_children_ever", area=say("whole_store", workspace.language))
    if len(provinces) > 1:
        raise UsageError("site_which_area", known=", ".join(provinces))
    return provinces[0]
