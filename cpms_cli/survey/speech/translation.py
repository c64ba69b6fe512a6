"""A further language of the definition: a file `translations/LANG.yaml`, in which every part goes by its own id."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import Annotated, Any

from pydantic import Field as Described

from cpms_cli.survey.speech.traits import CODE, GivenTraits, Traits
from cpms_cli.survey.words import Part

Place = tuple[str, ...]
"""Where a text stands in the file of a translation: its kind, its id, and what it is there, as (fields, sex, label)."""

Text = Annotated[str, Described(min_length=1)]
_Texts = Annotated[dict[str, Text], Described(default={})]
_TextsOfParts = Annotated[dict[str, dict[str, Text]], Described(default={})]


class Translation(Part):
    """The words of one language; `name` is what its speakers call it, and `reviewed` whether one of them has read it.

    Every kind but the first lines is optional, and so is every text: what is not there is said in the fallback.
    """

    language: str = Described(pattern=CODE)
    name: str = Described(min_length=1)
    reviewed: bool
    traits: GivenTraits = GivenTraits()
    tables: _Texts
    topics: _Texts
    fields: _TextsOfParts
    codes: _TextsOfParts
    indicators: _TextsOfParts
    levels: _TextsOfParts
    circumstances: _Texts
    checks: _TextsOfParts
    groups: _Texts
    rights: _TextsOfParts
    measures: _Texts
    activities: _TextsOfParts
    fairness: _TextsOfParts
    comparisons: _TextsOfParts
    scripts: _Texts
    name_languages: _Texts
    limits: _Texts
    units: _Texts
    areas: _Texts
    sentences: _Texts
    help: _Texts

    @cached_property
    def texts(self) -> dict[Place, str]:
        """Every text by its place."""
        return {place: text for kind in KINDS for place, text in _texts((kind,), getattr(self, kind))}

    def traits_beside(self, fallback: Traits) -> Traits:
        """What is peculiar to the language: what the file says, and else what holds in the fallback."""
        given = self.traits
        fonts = given.fonts.model_copy(update={"office": given.fonts.office or fallback.fonts.office})
        return Traits(
            english=given.english or self.name,
            name=self.name,
            tag=given.tag or self.language,
            complex=given.complex or given.tag or self.language,
            locales=given.locales or (self.language,),
            letters=given.letters,
            calendar=given.calendar,
            numbers=given.numbers,
            fonts=fonts.model_copy(update={"instead": fonts.instead or fallback.fonts.instead}),
            lines=given.lines,
            beside=given.beside or fallback.beside,
        )


NOT_TEXTS = ("language", "name", "reviewed", "traits")
KINDS = tuple(name for name in Translation.model_fields if name not in NOT_TEXTS)
"""The kinds of texts that a translation may have, in the order in which they are listed."""


def _texts(place: Place, content: Any) -> Iterator[tuple[Place, str]]:
    if isinstance(content, str):
        yield place, content
        return
    for name, part in content.items():
        yield from _texts((*place, name), part)
