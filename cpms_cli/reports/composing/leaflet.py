"""A leaflet for families: what is kept about them, why, what they may do, whom to ask, and how to say what is wrong."""

from __future__ import annotations

from cpms_cli.reports.documents.document import BlankLines, Bullets, Document, Heading, Paragraph, Part
from cpms_cli.survey.language import FALLBACK
from cpms_cli.survey.messages import say
from cpms_cli.survey.model.definition import Language

_LINES = (
    ("leaflet_what", ("answers", "done", "refused")),
    ("leaflet_why", ("help", "plan")),
    ("leaflet_may", ("refuse", "see", "wrong", "withdraw", "forget")),
)
"""The sections, and the endings of the sentences that stand in each."""


def leaflet(*, contact: str = "", language: Language = FALLBACK) -> Document:
    """Return the leaflet in a language; `contact` is whom families can ask, a line to write it on where it is blank.

    Write it with `render`, which says so where no speaker has checked the language yet.
    """
    parts: list[Part] = []
    for section, endings in _LINES:
        parts += [
            Heading(say(section, language)),
            Bullets(tuple(say(f"{section}_{ending}", language) for ending in endings)),
        ]
    blank = BlankLines(say("leaflet_ask_blank", language), 2)
    parts += [
        Heading(say("leaflet_ask", language)),
        Paragraph(contact.strip(), "key") if contact.strip() else blank,
        Paragraph(say("leaflet_danger", language)),
        Heading(say("leaflet_wrong", language)),
        Paragraph(say("leaflet_wrong_how", language)),
        BlankLines(say("leaflet_wrong_child", language), 1),
        BlankLines(say("leaflet_wrong_which", language), 3),
    ]
    title, subtitle = say("leaflet_title", language), say("leaflet_subtitle", language)
    return Document(title, subtitle, language, tuple(parts), close=True)
