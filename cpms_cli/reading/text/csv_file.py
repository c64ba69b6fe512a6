"""Text files (CSV and kin) to source tables: encoding, delimiter, layout and rows as they really come."""

from __future__ import annotations

import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO

from cpms_cli.errors import NoSurveyTable, OtherLayout, UnreadableFile, UsageError
from cpms_cli.reading.header.head_search import check_not_beside, stands_sideways
from cpms_cli.reading.header.header_rows import Layout, find_layout
from cpms_cli.reading.layout.record_rows import records
from cpms_cli.reading.size_limits import LIMITS, check_columns
from cpms_cli.reading.source import CellFault, SourceTable
from cpms_cli.reading.text.cell_faults import mend_cells
from cpms_cli.reading.text.dialect import Judged, decide_dialect, separator_line
from cpms_cli.reading.text.encoding import (
    BROKEN,
    Encoding,
    changes,
    decide,
    decode,
    look_through,
    mixed_lines,
    plain_utf8,
)
from cpms_cli.reading.text.mojibake import undone
from cpms_cli.reading.text.text_body import Body, irregular_body, proved_body, quotes_keep_rules, regular_body
from cpms_cli.reading.text.text_rows import Row, read_rows

_MARK = "\ufeff"
_LINE_END = re.compile("\r\n|\r|\n")
_SAMPLE, _LOOKED_AT = 1 << 20, 200_000
_ZEROS_IN_TEXT = 0.01


@dataclass(frozen=True)
class _Text:
    """A file as text. `whole` is None while its bytes may be read where they are; `sample` is its beginning, and
    `changes` are the places where its encoding changes, and how."""

    path: Path
    encoding: Encoding
    sample: str
    whole: str | None = None
    changes: tuple[tuple[int, str], ...] = ()
    undone: bool = False

    def all(self) -> str:
        """All of it."""
        if self.whole is not None:
            return self.whole
        return self.path.read_bytes()[self.encoding.bom :].decode("utf-8")


def _known_encoding(name: str | None) -> None:
    try:
        "a".encode(name or "utf-8")
    except (LookupError, UnicodeError):
        raise UsageError("unknown_encoding", encoding=name) from None


def _at_sight(path: Path, encoding_name: str | None) -> _Text | None:
    """The file as plain UTF-8, if its beginning is that: the rest is then proved by reading it."""
    with path.open("rb") as stream:
        start = stream.read(_SAMPLE)
    encoding = plain_utf8(start, encoding_name)
    return None if encoding is None else _Text(path, encoding, start[encoding.bom :].decode("utf-8", errors="ignore"))


def _load(path: Path, spellings: Mapping[str, str], encoding_name: str | None) -> _Text:
    facts = look_through(path)
    encoding = decide(facts, path.read_bytes, spellings, encoding_name)
    wide = encoding.name.startswith(("utf-16", "utf-32"))
    if not wide and facts.zeros > _ZEROS_IN_TEXT * facts.size:
        raise UnreadableFile("file_has_nul", file=path.name)
    if not encoding.name:
        raise UnreadableFile(encoding.why, file=path.name)
    if encoding.name == "utf-8" and facts.utf8 and not facts.zeros and not facts.marks:
        sample = facts.start[encoding.bom :].decode("utf-8", errors="ignore")
        return _undo(_Text(path, encoding, sample))
    return _undo(_decoded(path, encoding))


def whole_text(path: Path, spellings: Mapping[str, str] | None, encoding_name: str | None = None) -> str:
    """Return a file's text, in the encoding that it is in by evidence. Raises UnreadableFile, UsageError."""
    _known_encoding(encoding_name)
    return _load(path, spellings or {}, encoding_name).all()


def _decoded(path: Path, encoding: Encoding) -> _Text:
    content = path.read_bytes()[encoding.bom :]
    places: tuple[tuple[int, str], ...] = ()
    if encoding.name == "mixed":
        lines = [(line.replace(_MARK, ""), name) for line, name in mixed_lines(content, encoding.placeholders["other"])]
        text = "".join(line for line, _ in lines)
        starts = [0]
        for line, _ in lines:
            starts.append(starts[-1] + len(line))
        places = tuple(
            (starts[line], f"{before} → {now}") for line, before, now in changes([name for _, name in lines])
        )
    else:
        try:
            text = decode(content, encoding.name).replace(_MARK, "")
        except UnicodeError:
            raise UnreadableFile("not_text", file=path.name) from None
        if encoding.why == "encoding_told":
            text = text.encode("utf-8", "replace").decode("utf-8")  # some encodings make halves of characters
    text = text.replace("\0", chr(BROKEN)) if "\0" in text else text
    return _Text(path, encoding, text[:_SAMPLE], text, places)


def _looks_undone(text: _Text) -> bool:
    """Whether most of the first lines went through a wrong encoding."""
    foreign = [line for line in _LINE_END.split(text.sample[:_LOOKED_AT]) if not line.isascii()]
    return 2 * sum(undone(line) is not None for line in foreign) > len(foreign)


def _undo(text: _Text) -> _Text:
    """The text that was meant, where most of its lines went through a wrong encoding."""
    if not _looks_undone(text):
        return text
    lines = text.all().splitlines(keepends=True)
    whole = "".join(line if line.isascii() else undone(line) or line for line in lines)
    return replace(
        text,
        encoding=Encoding(text.encoding.name, "encoding_undone", {}, text.encoding.bom),
        sample=whole[:_SAMPLE],
        whole=whole,
        undone=True,
    )


@dataclass(frozen=True)
class _Start:
    """How the first rows are used: the dialect, those rows, their layout, and where in the text the records begin."""

    judged: Judged
    top: list[Row]
    layout: Layout
    width: int
    begins: int


def _top_rows(text: _Text, spellings: Mapping[str, str] | None) -> tuple[Judged, list[Row], int, int]:
    """The dialect, the first rows, and where the text begins and ends that they were read from."""
    separator = separator_line(text.sample)
    skipped = separator[1] if separator else 0
    sample = text.sample[skipped:]
    judged = decide_dialect(sample, spellings or {}, separator[0] if separator else None)
    if len(sample) == _SAMPLE - skipped and (cut := max(sample.rfind("\n"), sample.rfind("\r"))) > 0:
        sample = sample[: cut + 1]
    top = []
    for row in read_rows(sample, judged.dialect, judged.width):
        top.append(row)
        if len(top) > LIMITS.header_rows:
            break
    wide = max((len(row.cells) for row in top), default=0)
    check_columns(text.path.name, wide)
    return judged, top, skipped, len(sample)


def _start(text: _Text, spellings: Mapping[str, str] | None) -> _Start | None:
    judged, top, skipped, length = _top_rows(text, spellings)
    rows = [row.cells for row in top[: LIMITS.header_rows]]
    if spellings:
        check_not_beside(text.path, None, rows, spellings, rows)
    layout = find_layout(rows, spellings)
    if layout is None:
        if spellings:
            check_not_beside(text.path, None, rows, spellings)
        return None
    head = top[layout.header_index].cells if layout.header_index >= 0 else []
    named = max((index + 1 for index, cell in enumerate(head) if cell.strip()), default=0)
    begins = top[layout.begins].begins if layout.begins < len(top) else length
    return _Start(judged, top, layout, max(judged.width, named, 1), skipped + begins)


def _stream(source: Path | bytes) -> IO[bytes]:
    return io.BytesIO(source) if isinstance(source, bytes) else source.open("rb")


def _body(text: _Text, start: _Start) -> Body:
    first = start.layout.begins + 1
    dialect = start.judged.dialect
    if not text.changes:
        source = text.path if text.whole is None else text.whole.encode("utf-8", "replace")
        with _stream(source) as stream:
            regular = not dialect.quote or quotes_keep_rules(stream, dialect)
        skip = len(_LINE_END.findall(text.sample[: start.begins]))
        body = regular_body(source, dialect, start.width, skip, first) if regular else None
        if body is not None:
            return body
    changed = [(offset - start.begins, change) for offset, change in text.changes]
    return irregular_body(text.all()[start.begins :], dialect, start.width, first, changed)


def _quick(
    path: Path, spellings: Mapping[str, str] | None, encoding_name: str | None
) -> tuple[_Text, _Start, Body] | None:
    """A regular file of UTF-8, read once; None where anything about it is doubtful."""
    text = _at_sight(path, encoding_name)
    if text is None or text.changes or _looks_undone(text):
        return None
    start = _start(text, spellings)
    if start is None:
        return None
    skip = len(_LINE_END.findall(text.sample[: start.begins]))
    body = proved_body(path, start.judged.dialect, start.width, skip, start.layout.begins + 1)
    return None if body is None else (text, start, body)


def _thorough(path: Path, spellings: Mapping[str, str] | None, encoding_name: str | None) -> tuple[_Text, _Start, Body]:
    text = _load(path, spellings or {}, encoding_name)
    start = _start(text, spellings)
    if start is None:
        cells = [row.cells for row in _top_rows(text, spellings)[1]]
        if spellings and stands_sideways(cells, spellings):
            raise OtherLayout("sheet_sideways", file=path.name, sheet="")
        raise NoSurveyTable("no_survey_header", file=path.name, sheet="")
    return text, start, _body(text, start)


def _evidence(text: _Text, judged: Judged) -> dict[str, str]:
    if separator_line(text.sample):
        why = "delimiter_told"
    elif judged.width < 2:
        why = "delimiter_none"
    elif judged.known:
        why = "delimiter_by_headers"
    else:
        why = "delimiter_by_rows"
    return {
        "encoding": text.encoding.name,
        "encoding_why": text.encoding.why,
        **text.encoding.placeholders,
        "delimiter": judged.dialect.delimiter + " " * judged.dialect.spaced,
        "delimiter_why": why,
        "quote": judged.dialect.quote,
        "escape": judged.dialect.escape,
        "known": str(judged.known),
        "columns": str(judged.width),
        "rows": f"{judged.share:.0%}",
    }


def _top_faults(text: _Text, start: _Start) -> list[CellFault]:
    """What is wrong with the file as a whole, and with the quotes above the first record."""
    head = max(start.layout.header_row, 1)
    faults = [CellFault("file_mojibake", head)] if text.undone else []
    for row_number, row in enumerate(start.top[: start.layout.begins], start=1):
        if row.astray is not None:
            faults.append(CellFault("quote_astray", row_number, row.astray))
    return faults


def read_csv(path: Path, spellings: Mapping[str, str] | None, encoding: str | None = None) -> list[SourceTable]:
    """The tables of one text file, whatever its encoding, delimiter and line ends; usually one.

    With the survey's header spellings (as `header_spellings` gives them) the header is looked for by name, without
    (None) by how the rows look. Raises UnreadableFile when the bytes are no text, NoSurveyTable when no row names
    fields of the survey, UsageError for an encoding that does not exist.
    """
    _known_encoding(encoding)
    text, start, body = _quick(path, spellings, encoding) or _thorough(path, spellings, encoding)
    data, cell_faults = mend_cells(body.data, body.rows)
    faults = sorted([*_top_faults(text, start), *body.faults, *cell_faults], key=lambda fault: fault.row)
    parts = records(data, body.rows, start.layout, spellings)
    return [
        SourceTable(
            path,
            None,
            part.header,
            part.header_row,
            part.data,
            part.rows,
            _evidence(text, start.judged),
            _faults_of(
                part.header_row, parts[index + 1].header_row if index + 1 < len(parts) else None, faults, index == 0
            ),
            part.left_out,
            groups=part.groups,
        )
        for index, part in enumerate(parts)
    ]


def _faults_of(begins: int, ends: int | None, faults: Sequence[CellFault], first: bool) -> tuple[CellFault, ...]:
    """The faults of one table among those of the file, by rows."""
    return tuple(fault for fault in faults if (first or fault.row >= begins) and (ends is None or fault.row < ends))
