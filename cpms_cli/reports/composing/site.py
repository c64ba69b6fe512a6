"""The site of a province: a page for it, for each area in it and for each indicator, that lead to one another; counts
and shares, never a child."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from cpms_cli.disclosure.release.area_release import PublishedAreas, published_areas
from cpms_cli.errors import UsageError
from cpms_cli.reports.composing.area_context import AreaContext
from cpms_cli.reports.composing.site_areas import area_page
from cpms_cli.reports.composing.site_indicators import indicator_page
from cpms_cli.reports.composing.site_pages import SitePages
from cpms_cli.reports.documents.document import Document
from cpms_cli.summaries.area.nested_figures import nested_figures
from cpms_cli.summaries.scope import villages_with_children
from cpms_cli.survey.language import FALLBACK
from cpms_cli.survey.messages import say
from cpms_cli.survey.model.definition import Language
from cpms_cli.workspace import Workspace

_PROVINCE = 2


@dataclass(frozen=True)
class Site:
    """The pages by their files' names, `index.html` first; `warning` is for the office alone, as of a report."""

    pages: Mapping[str, Document]
    warning: str | None = None


def report_site(  # noqa: PLR0913 - public: what can be asked, each by its own keyword
    store: str | Path,
    area: str | None = None,
    *,
    round_: int | None = None,
    audience: str | None = "public",
    language: Language = FALLBACK,
    schemas: Path | None = None,
    tell: Callable[[str], None] | None = None,
) -> Site:
    """The site of a province (2 digits) or district (4), by default of the only province in the store and its last
    round. Write it with `writing.site_folder.write_site`.

    Small counts, and all that would give them away, are withheld from the `audience` over all pages together, and
    together with what it was given before; the store remembers it. `tell` is called with a sentence to the office where
    readers can work something out all the same. With no audience (None) nothing is withheld, and every page says so.
    Raises UsageError for an unknown area, or a round without data; StoreError, UnreadableFile.
    """
    with Workspace.from_paths(store, schemas, language=language, writes=audience is not None) as workspace:
        site = compose_site(workspace, area, round_=round_, audience=audience)
    if tell is not None and site.warning is not None:
        tell(site.warning)
    return site


def compose_site(
    workspace: Workspace, area: str | None = None, *, round_: int | None = None, audience: str | None = "public"
) -> Site:
    """Return the site of `report_site`; the workspace must write where there is an audience."""
    survey, language = workspace.survey, workspace.language
    code = area or _only_province(workspace)
    figures = nested_figures(workspace, code, round_=round_)
    if audience is None:
        published, banner = PublishedAreas(figures, (say("report_internal", language),)), say("report_banner", language)
    else:
        published, banner = published_areas(workspace, figures, f"site {code}", audience), ""
    contexts = {of.code: AreaContext(survey, of, language) for of in published.figures}
    pages = SitePages(contexts, code, published.notes, banner)
    documents = {pages.file_of_area(area_code): area_page(pages, area_code) for area_code in contexts}
    for indicator in survey.indicators:
        documents[pages.file_of_indicator(indicator.number)] = indicator_page(pages, indicator)
    return Site(documents, published.warning)


def _only_province(workspace: Workspace) -> str:
    provinces = sorted({code[:_PROVINCE] for code in villages_with_children(workspace)})
    if not provinces:
        raise UsageError("no_children_ever", area=say("whole_store", workspace.language))
    if len(provinces) > 1:
        raise UsageError("site_which_area", known=", ".join(provinces))
    return provinces[0]
