"""The words of a header, cut where words end in Thai and Myanmar too, each by its meaning.

Nobody puts spaces between Thai words. They are cut by the longest word that is known; what is left over is a word that
nobody knows, and counts against a likeness.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache, lru_cache

from cpms_cli.survey.model.definition import Field
from cpms_cli.survey.plain_text import compared_text, plain_digits
from cpms_cli.survey.proposals.proposal_settings import proposal_settings

_SIGNS = re.compile(r"[\s_./()\[\]{}:;,'\"*?!\-–—|#&+<>๏ๆ]+")
_BETWEEN = re.compile(r"(?<=[\u0e00-\u0e7f\u1000-\u109f]) (?=[\u0e00-\u0e7f\u1000-\u109f])")
LONGEST_HEADER = 1_000
"""Letters: what is longer is a text, in which nobody looks for the name of a question."""
_LEGEND = re.compile(r"[(\[（][^()\[\]（）]*?[0-9๐-๙]\s*=[^()\[\]（）]*[)\]）]|[\s:,;]+[0-9๐-๙]{1,2}\s*=.*$", re.DOTALL)
_WITH_FORMS = 4  # letters: shorter words with an ending are other words
_YEAR = 4  # digits: a year says which of several is meant
_NUMBERED = re.compile(r"^(?:ข้อที่|ข้อ|q|no)?[\s.]*[a-z]{0,2}\d{1,3}(?:[._\-]\d{1,3})*[a-z]?[\s.):_\-]+(?=\D)")
# A vowel or a tone mark belongs to the letter before it: there no word ends.
_NO_BORDER = "\u0e30-\u0e3a\u0e45\u0e47-\u0e4e\u102b-\u103e"


def _plain(text: str) -> str:
    """A text as words are looked for in it: small letters, no signs, no spaces within Thai or Burmese."""
    plain = _SIGNS.sub(" ", compared_text(plain_digits(text[:LONGEST_HEADER]))).strip()
    return _BETWEEN.sub("", plain)


@cache
def _vocabulary() -> tuple[dict[str, str], re.Pattern[str]]:
    """Each word with the one that stands for all of its meaning ("" for a filler), and what finds them."""
    settings = proposal_settings()
    known = {_plain(word): "" for word in (*settings.fillers, *settings.of_titles)}
    known |= {_plain(word): group[0] for group in settings.words for word in group}
    known = {form: meaning for word, meaning in known.items() for form in _forms(word)} | known
    longest_first = sorted(filter(None, known), key=lambda word: (-len(word), word))
    return known, re.compile("|".join(map(_bordered, longest_first)))


def _forms(word: str) -> Iterator[str]:
    """An English word of some length as sentences have it: works, worked, working, living."""
    if word.isascii() and word.isalpha() and len(word) >= _WITH_FORMS:
        stem = word.removesuffix("e")
        yield from (f"{word}s", f"{stem}ed", f"{stem}ing")


def _bordered(word: str) -> str:
    """What finds a word only where it is a word of its own, as far as its script shows."""
    escaped = re.escape(word)
    return rf"(?<![a-z]){escaped}(?![a-z])" if word.isascii() else rf"{escaped}(?![{_NO_BORDER}])"


@cache
def _placeholders() -> re.Pattern[str]:
    return re.compile("|".join(proposal_settings().placeholders), re.IGNORECASE)


@cache
def _date_forms() -> re.Pattern[str]:
    return re.compile("|".join(proposal_settings().date_forms), re.IGNORECASE)


def without_date_form(header: str) -> str:
    """Return a header without how a day or a number is to be written there; as it is where nothing else would remain.

    >>> without_date_form("DOB (dd/mm/yy)"), without_date_form("ว/ด/ป"), without_date_form("ID number (13 digits)")
    ('DOB', 'ว/ด/ป', 'ID number')
    """
    rest = _date_forms().sub("", header.strip()).strip()
    return rest or header


def without_legend(header: str) -> str:
    """Return a header without what its numbers mean; as it is where nothing else would remain.

    >>> without_legend("เพศ (1=ชาย 2=หญิง)"), without_legend("Sex 1=male, 2=female"), without_legend("บ้านเลขที่ (12/3)")
    ('เพศ', 'Sex', 'บ้านเลขที่ (12/3)')
    """
    rest = _LEGEND.sub(" ", header).strip()
    return rest or header


@lru_cache(maxsize=16_384)
def meanings(header: str) -> frozenset[str]:
    """The words of a header by their meaning; fillers only where nothing else remains.

    >>> sorted(meanings("บิดายังมีชีวิตอยู่หรือไม่")) == sorted(meanings("Is the child's father alive?"))
    True
    """
    plain = _plain(_placeholders().sub(" ", without_date_form(header[:LONGEST_HEADER])).replace("#", " no "))
    plain = _NUMBERED.sub("", plain, count=1)
    known, finder = _vocabulary()
    known_words, rest, end = [], [], 0
    for hit in finder.finditer(plain):
        rest.append(plain[end : hit.start()])
        known_words.append(known[hit.group()])
        end = hit.end()
    rest.append(plain[end:])
    unknown = [word for part in rest for word in part.split() if not (word.isdecimal() and len(word) < _YEAR)]
    # A letter alone, as forms for phones put before the names of their questions ("c_sex"), is no word.
    unknown = [word for word in unknown if len(word) > 1 or not word.isascii()]
    made_of = proposal_settings().made_of
    known_words = [part for word in known_words for part in made_of.get(word, (word,))]
    content = _with_both_names(plain, frozenset(filter(None, [*known_words, *unknown])))
    return content or frozenset(plain.split())


@cache
def _of_titles() -> re.Pattern[str]:
    return re.compile("|".join(_bordered(_plain(word)) for word in proposal_settings().of_titles))


def _with_both_names(plain: str, words: frozenset[str]) -> frozenset[str]:
    """The words of a header, with the given name where it names a title and the family name: nobody writes these two
    without it."""
    settings = proposal_settings()
    both = words & settings.of_family_names and _of_titles().search(plain)
    return words | settings.of_names if both else words


def known_meanings() -> frozenset[str]:
    """The words that stand for all of their meaning."""
    return frozenset(group[0] for group in proposal_settings().words)


@lru_cache(maxsize=512)
def words_of(field: Field) -> frozenset[str]:
    """All words that the headers and labels of a field have, and its name and question."""
    texts = (*field.label.written().values(), *field.question.written().values(), *field.headers, field.name)
    return frozenset().union(*map(meanings, texts))


@cache
def _of_child() -> re.Pattern[str]:
    return re.compile("|".join(_bordered(_plain(word)) for word in proposal_settings().of_child))


def names_child(header: str) -> bool:
    """Whether a header says in words that it is about the child of the row."""
    return _of_child().search(_plain(header)) is not None


def asks_of_family(header: str, words: frozenset[str]) -> bool:
    """Whether a header of these words asks of the family, and names no child, what is asked of children too."""
    settings = proposal_settings()
    return bool(words & settings.of_families and words & settings.asked_of_families) and not any(
        word in header.casefold() for word in settings.of_children
    )


def names_head(header: str) -> bool:
    """Whether a header is that of the name of the household's head, and of nothing else about the head."""
    settings, words = proposal_settings(), meanings(header)
    return bool(words & settings.head) and words <= settings.head | settings.of_names


def identifies_head(header: str) -> bool:
    """Whether a header is that of a number which only this head has."""
    settings, words = proposal_settings(), meanings(header)
    return bool(words & settings.head) and words <= settings.head | settings.of_cards
