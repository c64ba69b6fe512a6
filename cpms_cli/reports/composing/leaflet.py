"""A leaflet for families: what is kept about them, why, what they may do, whom to ask, and how to say what is wrong."""

from __future__ import annotations

from pathlib import Path

from cpms_cli.reports.document import BlankLines, Bullets, Document, Heading, Paragraph, Part
from cpms_cli.survey.language import FALLBACK
from cpms_cli.survey.messages import say
from cpms_cli.survey.model.definition import Language, Survey
from cpms_cli.survey.opening.loading import load_survey

_LINES = (
    ("leaflet_what", ("answers", "done", "refused")),
    ("leaflet_why", ("help", "plan")),
    ("leaflet_may", ("refuse", "see", "wrong", "withdraw", "forget")),
)
"""The sections, and the endings of the sentences that stand in each."""


def leaflet(*, contact: str = "", language: Language = FALLBACK, schemas: Path | None = None) -> Document:
    """Return the leaflet in a language; `contact` is whom families can ask, a line to write it on where it is blank.

    `schemas` is a definition of one's own: whom to call where a child is in danger stands in it. Write the leaflet with
    `render`, which says so where no speaker has checked the language yet. Raises DefinitionError.
    """
    return compose_leaflet(load_survey(schemas), contact, language)


def compose_leaflet(survey: Survey, contact: str, language: Language) -> Document:
    """As `leaflet`, of a definition."""
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
        *([Paragraph(survey.in_danger.in_(language))] if survey.in_danger else []),
        Heading(say("leaflet_wrong", language)),
        Paragraph(say("leaflet_wrong_how", language)),
        BlankLines(say("leaflet_wrong_child", language), 1),
        BlankLines(say("leaflet_wrong_which", language), 3),
    ]
    title, subtitle = say("leaflet_title", language), say("leaflet_subtitle", language)
    return Document(title, subtitle, language, tuple(parts), close=True)
