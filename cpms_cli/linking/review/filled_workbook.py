"""The workbook of doubtful pairs as a person has filled it in: decisions, and columns that are not ours."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pandas as pd
from python_calamine import CalamineError, CalamineWorkbook, PasswordError

from cpms_cli.errors import UnreadableFile, UsageError
from cpms_cli.linking.decisions import DIFFERENT, SAME
from cpms_cli.reading.book.container import inspect_container
from cpms_cli.reading.source import column_letter
from cpms_cli.survey.language import FALLBACK, Language
from cpms_cli.survey.messages import say, wordings
from cpms_cli.survey.model.definition import Role, Survey, folded

SHOWN: tuple[Role, ...] = (
    "given_name",
    "family_name",
    "nickname",
    "mother",
    "sex",
    "born",
    "age",
    "national_id",
    "nationality",
    "village",
    "household",
)
"""What the workbook shows of each side of a pair, beside its round."""


def _words(message: str, code: str) -> Mapping[str, str]:
    """All spellings of one heading or answer."""
    return {folded(wording): code for wording in wordings(message)} | {folded(code): code}


def _own_headings(survey: Survey) -> set[str]:
    """The headings that a workbook of pairs is written with, in every language."""
    messages = ("review_pair", "review_decision", "review_reason", "review_chance", "review_agrees", "review_differs")
    own = {folded(wording) for message in messages for wording in wordings(message)}
    fields = [survey.fields[name] for name in survey.names_of("round", *SHOWN)]
    labels = [field.label.in_(language) for field in fields for language in survey.languages]
    labels += wordings("review_others")
    return own | {folded(f"{label} {side}") for label in labels for side in "AB"}


def columns_not_read(survey: Survey, path: Path, cells: pd.DataFrame) -> tuple[dict[str, object], ...]:
    """The columns that somebody has added to the workbook; the first row of `cells` has the headings."""
    own = _own_headings(survey) | {"pair", "decision", "reason"}
    added: list[dict[str, object]] = []
    for number in range(cells.shape[1]):
        header = str(cells.iat[0, number]).strip()
        filled = int((cells.iloc[1:, number].str.strip() != "").sum())
        if filled and folded(header) not in own:
            added.append(
                {"file": path.name, "sheet": None, "header": header, "column": column_letter(number), "filled": filled}
            )
    return tuple(added)


def filled_in(path: Path) -> pd.DataFrame:
    """The workbook's rows: row (as Excel counts), pair, verdict ("" where blank, else "same" or "different"), reason.

    Raises UnreadableFile, and UsageError for a word that is no decision.
    """
    return decisions_in(path, workbook_cells(path))


def workbook_cells(path: Path) -> pd.DataFrame:
    """All cells of the workbook's first sheet as text. Raises UnreadableFile."""
    if not path.is_file():
        raise UnreadableFile("file_missing", file=path.name)
    with path.open("rb") as stream:
        if stream.read(2) == b"PK":
            inspect_container(path)
    try:
        with CalamineWorkbook.from_path(path) as book:
            cells = book.get_sheet_by_index(0).to_python(skip_empty_area=False)
    except PasswordError:
        raise UnreadableFile("workbook_password", file=path.name) from None
    except (CalamineError, ValueError, OSError, IndexError):
        raise UnreadableFile("damaged_workbook", file=path.name) from None
    return pd.DataFrame(cells, dtype=object).map(str)


def decisions_in(path: Path, cells: pd.DataFrame, language: Language = FALLBACK) -> pd.DataFrame:
    """As `filled_in`, from cells that were read; the first row has the headings."""
    headings = {
        **_words("review_pair", "pair"),
        **_words("review_decision", "decision"),
        **_words("review_reason", "reason"),
    }
    header = [headings.get(folded(cell), "") for cell in cells.iloc[0]] if len(cells) else []
    if not {"pair", "decision"} <= set(header):
        raise UnreadableFile("review_not_ours", file=path.name, columns="pair, decision")
    frame = cells.iloc[1:].reset_index(drop=True)
    columns = {name: frame[header.index(name)].str.strip() for name in ("pair", "decision", "reason") if name in header}
    table = pd.DataFrame({"reason": "", **columns}, dtype="str").assign(row=range(2, len(frame) + 2))
    verdicts = {"": "", **_words("review_same", SAME), **_words("review_different", DIFFERENT)}
    table["verdict"] = table["decision"].map(lambda cell: verdicts.get(folded(cell)))
    wrong = table[table["verdict"].isna()]
    if len(wrong):
        first = wrong.iloc[0]
        raise UsageError(
            "review_bad_decision",
            file=path.name,
            row=first["row"],
            value=first["decision"],
            same=say("review_same", language),
            different=say("review_different", language),
        )
    return table[table["pair"] != ""]
