"""Help laid out in a language: widths count cells of the terminal, and lines break where the language may be broken.

Where that is, `reports.line_breaking` says.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from typing import Any

import typer
from rich.cells import cell_len

from cpms_cli.cli.help.help_translation import TYPES, translated, translated_sentence
from cpms_cli.reports.line_breaking import wrapped
from cpms_cli.survey.language import Language

_TYPE = re.compile(rf"<({'|'.join(map(re.escape, TYPES))})>")


# Typer carries its own click in some versions: its context knows the formatter of either.
_Formatter: Any = typer.Context.formatter_class


class TranslatedFormatter(_Formatter):  # type: ignore[misc]
    """What click's formatter writes, with headings of `language`, which each class below it sets."""

    language: Language

    def _translated(self, text: str) -> str:
        return translated(text, self.language)

    def _wrapped(self, text: str, width: int) -> list[str]:
        return wrapped(text, width)

    def _line(self, text: str) -> None:
        self.write(f"{'':>{self.current_indent}}{text}\n" if text else "\n")

    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
        """The line that says how the command is called."""
        begun = f"{prefix or self._translated('Usage: ')}{prog} "
        lines = self._wrapped(args, max(self.width - cell_len(begun), 20))
        self._line(f"{begun}{lines[0]}".rstrip())
        for line in lines[1:]:
            self._line(" " * cell_len(begun) + line)

    def write_heading(self, heading: str) -> None:
        """The heading of a list."""
        self._line(f"{self._translated(heading)}:")

    def write_text(self, text: str) -> None:
        """Paragraphs; one that begins with `\\b` as it stands."""
        for number, paragraph in enumerate(text.split("\n\n")):
            if number:
                self._line("")
            kept = paragraph.startswith("\b")
            lines = paragraph.split("\n")[1:] if kept else self._wrapped(paragraph, self.width - self.current_indent)
            for line in lines:
                self._line(line)

    def write_dl(self, rows: Sequence[tuple[str, str]], col_max: int = 30, col_spacing: int = 2) -> None:
        """Names on the left, what they mean on the right."""
        translated_rows = [
            (_TYPE.sub(lambda match: f"<{self._translated(match[1])}>", first), _described(second, self.language))
            for first, second in rows
        ]
        left = min(max(cell_len(first) for first, _ in translated_rows), col_max) + col_spacing
        for first, second in translated_rows:
            lines = self._wrapped(second, max(self.width - left - self.current_indent, 10))
            if cell_len(first) > left - col_spacing:
                self._line(first)
            else:
                self._line((first + " " * (left - cell_len(first)) + lines.pop(0)).rstrip())
            for line in lines:
                self._line(" " * left + line)


def _described(text: str, language: Language) -> str:
    """A description, and what the parser adds to it in brackets: `[default: text; required]`."""
    words, between, extra = text.rpartition("  [") if text.endswith("]") else (text, "", "")
    if not between:
        return translated(text, language)
    further = "; ".join(translated_sentence(part, language) for part in extra[:-1].split("; "))
    return f"{translated(words, language)} [{further}]"


@cache
def context_in(language: Language) -> type[typer.Context]:
    """The parser's context of a command whose help is in this language."""
    formatter = type("Formatter", (TranslatedFormatter,), {"language": language})
    return type("Context", (typer.Context,), {"formatter_class": formatter})
