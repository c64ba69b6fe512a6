"""What stands on a page in another language than the page's, marked as that, so that it is read aloud in it.

Languages are told by their letters; nothing is said of those with Latin letters, nor of those that share their letters.
"""

from __future__ import annotations

import re
from functools import cache

from markupsafe import Markup, escape

from cpms_cli.survey.model.definition import Language
from cpms_cli.survey.speech.languages import spoken_languages, traits_of


def with_languages(text: str, language: Language) -> str:
    """Return a text as it stands on a page in a language: words in the letters of other languages marked with those.

    >>> print(with_languages("มะลิ & Mali", "en"), with_languages("มะลิ", "th"))
    <span lang="th-TH">มะลิ</span> &amp; Mali มะลิ
    """
    if text.isascii():
        return text
    marked = text
    for tag, words in _others(language, spoken_languages()):
        if words.search(marked):
            marked = Markup(words.sub(rf'<span lang="{tag}">\g<0></span>', str(escape(marked))))  # noqa: S704
    return marked


@cache
def _others(language: Language, spoken: tuple[Language, ...]) -> tuple[tuple[str, re.Pattern[str]], ...]:
    """The tags of the languages with letters that the page's own language has not, and words in these."""
    letters = {traits_of(other).tag: traits_of(other).letters for other in spoken}
    own = traits_of(language).letters
    return tuple(
        (tag, re.compile(f"[{first}-{last}]+(?: +[{first}-{last}]+)*"))
        for tag, (first, last) in ((tag, tuple(pair)) for tag, pair in letters.items() if pair and pair != own)
        if list(letters.values()).count(first + last) == 1
    )
