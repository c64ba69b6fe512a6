"""Which of the encodings that occur a text file is written in, decided by evidence and said aloud.

Nearly any bytes can be read as Thai, so that they can is no evidence. What counts: whether the whole is valid UTF-8,
where the zero bytes stand, and how the letters stand together: Thai vowels and tone marks stand after a consonant, Thai
words do not touch Latin letters, and the accented letters of a Latin text stand alone among plain ones.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from cpms_cli.survey.model.definition import folded_header

BROKEN = 0x10FF00
"""A byte that is no character is kept as the character BROKEN + byte, of a private plane, until its cell is known."""
BROKEN_CHARACTERS = "[\U0010ff00-\U0010ffff]"

_BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
_SAMPLE_LINES, _LONG_LINE = 2_000, 65_536
_CHUNK, _START = 1 << 22, 1 << 20
_THAI_IN_UTF8 = re.compile(rb"\xe0(?:\xb8[\x81-\xba\xbf]|\xb9[\x80-\x9b])")
_HIGH = re.compile(rb"[\x80-\xff]+")
_THAI = re.compile("[\u0e01-\u0e5b]")
_MARK = "[\u0e31\u0e33-\u0e3a\u0e47-\u0e4e]"
_ODD_THAI = re.compile(
    # A mark after anything but a consonant, vowel or mark; a leading vowel with no consonant to lead; a touching Latin
    # letter; a byte that is no character.
    f"(?<![\u0e01-\u0e3a\u0e45-\u0e4e]){_MARK}|[\u0e40-\u0e44](?![\u0e01-\u0e2e])|[A-Za-z][\u0e01-\u0e5b]|"
    f"[\u0e01-\u0e5b][A-Za-z]|{BROKEN_CHARACTERS}"
)
_LATIN = re.compile("[\u00a1-\u00ff\u0152-\u0178\u0192]")
_ODD_LATIN = re.compile(
    f"(?<![A-Za-z])[\u00c0-\u00ff]+(?![A-Za-z\u00c0-\u00ff])|[\u00c0-\u00ff]{{3,}}|[\u00a1-\u00bf]|{BROKEN_CHARACTERS}"
)
_FITS, _MOSTLY = 0.25, 0.5
"""A reading fits when fewer than this share of its letters outside ASCII stand where its script never has them."""


@dataclass(frozen=True)
class Encoding:
    """What a file is written in; `name` is "mixed" where lines differ. `why` names a sentence of the messages, which
    `placeholders` fill in; `bom` is how many bytes stand before the text."""

    name: str
    why: str
    placeholders: dict[str, str]
    bom: int = 0


def _keep_broken(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return "".join(chr(BROKEN + byte) for byte in error.object[error.start : error.end]), error.end


codecs.register_error("cpms-keep-broken", _keep_broken)


def decode(content: bytes, encoding: str) -> str:
    """The text; a byte that is no character is kept as a character of BROKEN_CHARACTERS."""
    return content.decode(encoding, "cpms-keep-broken")


@dataclass(frozen=True)
class Facts:
    """What one pass over a file's bytes tells. `marks` counts byte order marks after its start."""

    start: bytes
    size: int
    utf8: bool
    zeros: int
    marks: int


def look_through(path: Path) -> Facts:
    """The facts of one file, read in pieces so that its size does not matter."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    start = tail = b""
    size = zeros = marks = 0
    utf8 = True
    with path.open("rb") as stream:
        while chunk := stream.read(_CHUNK):
            start = start or chunk
            size += len(chunk)
            zeros += chunk.count(0)
            marks += (tail + chunk).count(codecs.BOM_UTF8)
            tail = chunk[-2:]
            utf8 = utf8 and _goes_on(decoder, chunk)
    utf8 = utf8 and _goes_on(decoder, b"", final=True)
    return Facts(start[:_START], size, utf8, zeros, marks - start.startswith(codecs.BOM_UTF8))


def _goes_on(decoder: codecs.IncrementalDecoder, chunk: bytes, final: bool = False) -> bool:
    try:
        decoder.decode(chunk, final)
    except UnicodeDecodeError:
        return False
    return True


def plain_utf8(start: bytes, encoding_name: str | None = None) -> Encoding | None:
    """UTF-8 where a file begins as nothing but that; None where it has to be looked at."""
    bom = len(codecs.BOM_UTF8) if start.startswith(codecs.BOM_UTF8) else 0
    if encoding_name is not None and codecs.lookup(encoding_name).name not in {"utf-8", "utf-8-sig"}:
        return None
    if b"\0" in start or codecs.BOM_UTF8 in start[bom:]:
        return None
    if not _goes_on(codecs.getincrementaldecoder("utf-8")(), start):
        return None
    why = "encoding_by_mark" if bom else "encoding_told" if encoding_name else "encoding_valid_utf8"
    return Encoding("utf-8", why, {}, bom)


def _by_zero_bytes(start: bytes) -> str | None:
    even, odd = start[0::2], start[1::2]
    for name, high, low in (("utf-16-le", odd, even), ("utf-16-be", even, odd)):
        # In UTF-16 the upper byte of Latin text is 0, of Thai text 0E, of Burmese 10; the lower one is hardly ever 0.
        uppers = sum(high.count(byte) for byte in (0x00, 0x0E, 0x10, 0x20))
        if high.count(0) and uppers > 0.9 * len(high) and low.count(0) < 0.1 * len(low):
            return name
    return None


def _foreign_lines(content: bytes) -> Iterator[bytes]:
    """The first lines that have a byte outside ASCII."""
    position = 0
    for _ in range(_SAMPLE_LINES):
        letter = _HIGH.search(content, position)
        if not letter:
            return
        start = (
            max(
                content.rfind(b"\n", position, letter.start()),
                content.rfind(b"\r", position, letter.start()),
                position - 1,
            )
            + 1
        )
        last = min(letter.start() + _LONG_LINE, len(content))
        ends = [end for mark in (b"\n", b"\r") if (end := content.find(mark, letter.start(), last)) > 0]
        position = min(ends, default=last)
        yield content[start:position]


def _odd_share(text: str, letters: re.Pattern[str], odd: re.Pattern[str]) -> tuple[float, int]:
    count = len(letters.findall(text)) + len(re.findall(BROKEN_CHARACTERS, text))
    misplaced = sum(len(match) for match in odd.findall(text))
    return (min(misplaced / count, 1.0) if count else 0.5), count


def _legacy(content: bytes, spellings: Mapping[str, str]) -> Encoding:
    """Thai or Western, by how the letters of the first lines outside ASCII stand together."""
    sample = b"\n".join(_foreign_lines(content))
    text = decode(sample, "cp874")
    cells = {folded_header(cell) for cell in re.split("[,;\t|\r\n]", text[:65_536])}
    known = len([cell for cell in cells if cell in spellings and not cell.isascii()])
    if known:
        return Encoding("cp874", "encoding_by_headers", {"count": str(known)})
    thai, letters = _odd_share(text, _THAI, _ODD_THAI)
    latin, accents = _odd_share(decode(sample, "cp1252"), _LATIN, _ODD_LATIN)
    if not letters + accents:
        return Encoding("cp1252", "encoding_either", {})
    if min(thai, latin) >= _FITS:
        return Encoding("", "encoding_none", {})
    if thai <= latin:
        return Encoding("cp874", "encoding_by_thai", {"count": str(letters), "share": f"{1 - thai:.0%}"})
    return Encoding("cp1252", "encoding_by_latin", {"count": str(accents), "share": f"{1 - latin:.0%}"})


def _encoding_of_line(line: bytes, legacy: str) -> str:
    """UTF-8 where it is that, or nearer to that than to the other encoding."""
    if not _valid(line):
        return "utf-8" if _nearer_utf8(line) else legacy
    # Two Thai consonants in cp874 may happen to be one valid character of UTF-8, but never a Thai one.
    return "utf-8" if _THAI.search(line.decode("utf-8")) or not _THAI.search(decode(line, legacy)) else legacy


def decide(
    facts: Facts, content: Callable[[], bytes], spellings: Mapping[str, str], encoding_name: str | None = None
) -> Encoding:
    """The encoding of a whole file, whose bytes are asked for only where the facts leave it open.

    `encoding_name`, given by the user, overrules all but a mark at the start that agrees. The name is empty where no
    encoding fits.
    """
    for mark, name in _BOMS:
        if facts.start.startswith(mark) and (
            encoding_name is None or codecs.lookup(encoding_name).name.startswith(name[:6])
        ):
            if name == "utf-8" and not facts.utf8:
                break
            return Encoding(name, "encoding_by_mark", {}, len(mark))
    if encoding_name is not None:
        return Encoding(codecs.lookup(encoding_name).name, "encoding_told", {})
    wide = _by_zero_bytes(facts.start[:4096])
    if wide:
        return Encoding(wide, "encoding_by_zeros", {})
    if facts.utf8:
        return Encoding("utf-8", "encoding_valid_utf8", {})
    return _not_all_utf8(content(), spellings)


def _not_all_utf8(content: bytes, spellings: Mapping[str, str]) -> Encoding:
    bom = len(codecs.BOM_UTF8) if content.startswith(codecs.BOM_UTF8) else 0
    if not _THAI_IN_UTF8.search(content) and not bom:
        legacy = _legacy(content, spellings)
        if legacy.name or _broken_share(content) >= _MOSTLY:
            return legacy
    lines = content[bom:].splitlines(keepends=True)
    broken = [line for line in lines if not _valid(line) and not _nearer_utf8(line)]
    if not broken:
        return Encoding("utf-8", "encoding_broken_utf8", {}, bom)
    other = _legacy(b"".join(broken), spellings)
    if len(broken) == len([line for line in lines if not line.isascii()]):
        return other
    return Encoding("mixed", "encoding_mixed", {"other": other.name or "cp874"}, bom)


def _valid(line: bytes) -> bool:
    try:
        line.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _broken_share(line: bytes) -> float:
    kept = line.decode("utf-8", "ignore").encode("utf-8")
    return (len(line) - len(kept)) / max(len(line) - len(_HIGH.sub(b"", line)), 1)


def _nearer_utf8(line: bytes) -> bool:
    """Whether a line that is not valid UTF-8 makes still less sense in the other encodings."""
    broken = _broken_share(line)
    if broken >= _MOSTLY:
        return False
    thai, _ = _odd_share(decode(line, "cp874"), _THAI, _ODD_THAI)
    latin, _ = _odd_share(decode(line, "cp1252"), _LATIN, _ODD_LATIN)
    return broken <= min(thai, latin)


def mixed_lines(content: bytes, legacy: str) -> Iterator[tuple[str, str]]:
    """Each line of a file in two encodings as text, with the encoding it was read in; "" where that does not matter."""
    for line in content.splitlines(keepends=True):
        if line.isascii():
            yield line.decode("ascii"), ""
        else:
            name = _encoding_of_line(line, legacy)
            yield decode(line, name), name


def changes(encodings: Sequence[str]) -> list[tuple[int, str, str]]:
    """Where the encoding changes: index of the line, the encoding before, the encoding from there on."""
    changed: list[tuple[int, str, str]] = []
    before = ""
    for line, name in enumerate(encodings):
        if name and before and name != before:
            changed.append((line, before, name))
        before = name or before
    return changed
