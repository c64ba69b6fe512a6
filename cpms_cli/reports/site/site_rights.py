"""A site's page on the rights that are monitored: how many children of the widest area have each, and what it means."""

from __future__ import annotations

import pandas as pd

from cpms_cli.reports.composing.area.area_shares import shares
from cpms_cli.reports.document import Column, Document, Paragraph, TableBlock
from cpms_cli.reports.site.site_pages import SitePages


def rights_page(pages: SitePages) -> Document:
    """Return the page of the rights; it says why it speaks of the whole alone."""
    context, language = pages.whole, pages.whole.language
    rights = context.survey.rights
    frame = pd.DataFrame(
        {
            "label": [right.label.in_(language) for right in rights],
            "definition": [right.definition.in_(language) for right in rights],
        }
    )
    columns = (Column("label", context.say("report_rights")), Column("definition", context.say("col_definition")))
    parts = (
        Paragraph(context.say("site_rights_whole", area=context.figures.name)),
        *shares(context, "rights", context.figures.rights, ("has", "lacks")),
        TableBlock(context.say("site_rights_meaning"), frame, columns),
    )
    crumbs = ((context.figures.name, pages.file_of_area(pages.top)),)
    subtitle = context.say("report_subtitle", round=context.year, code=pages.top)
    return pages.document(context.say("codebook_rights"), subtitle, parts, crumbs)
