"""Next year's form with whom the store knows already on it. It shows names, as it must, and that is logged."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from cpms_cli.errors import UsageError
from cpms_cli.forms.form_workbook import Form, Layout, form_bytes
from cpms_cli.forms.known import Known, known_before, last_round
from cpms_cli.forms.phone.form_rows import HOME
from cpms_cli.forms.phone.xlsform import XlsForm, write_xlsform
from cpms_cli.forms.template import check_form_path, chosen_layout
from cpms_cli.store.audit_log import note_identified
from cpms_cli.store.definitions.definition_in_use import definition_in_use
from cpms_cli.store.file import open_store
from cpms_cli.survey.era import shown_year
from cpms_cli.survey.language import FALLBACK
from cpms_cli.survey.messages import say
from cpms_cli.survey.model.definition import Language, Role, Survey, Table
from cpms_cli.writing.files import csv_text, write_bytes, write_tables
from cpms_cli.writing.written_answers import written_table

_WHO: tuple[Role, ...] = ("given_name", "family_name", "sex", "born", "village", "household")
LIST, LEFT_OUT = "known_children", "left_out.csv"


@dataclass(frozen=True)
class NextForm:
    """What was written: the form; beside an XLSForm `media`, the list of known children that it looks names up in, and
    `aside`, a file with `left_out`, which a workbook has as a sheet of its own.

    `left_out` has a row per child who is not on the form: permanent code, who and where, and why, in words. `disputed`
    counts answers that were left blank, to be asked again, since families say that they are wrong; `again` the children
    who were not found in the last round, and are on the form for that.
    """

    form: Path
    media: Path | None
    aside: Path | None
    round: int
    children: int
    households: int
    left_out: pd.DataFrame
    xlsform: XlsForm | None = None
    disputed: int = 0
    again: int = 0


def write_next_form(  # noqa: PLR0913 - public: what can be asked, each by its own keyword
    store: str | Path,
    area: str,
    path: str | Path,
    *,
    round_: int | None = None,
    layout: str = "flat",
    xlsform: bool = False,
    language: Language = FALLBACK,
    identified: bool = False,
    schemas: Path | None = None,
    overwrite: bool = False,
) -> NextForm:
    """Write the form of a round (by default the one after the area's last) for the children known in an area.

    It carries names, so `identified` must be given, which the store's audit log records. Raises UsageError where it is
    not, where the area is not known or empty, or where a file is in the way; StoreError, UnreadableFile.
    """
    survey, path_written, kind = definition_in_use(store, schemas), Path(path), chosen_layout(layout)
    if not identified:
        raise UsageError("prefill_identified")
    if len(area) not in (2, 4, 6, 8) or area[:6] not in survey.areas:
        raise UsageError("unknown_area", area=area)
    media, aside = (path_written.with_name(name) if xlsform else None for name in (f"{LIST}.csv", LEFT_OUT))
    check_form_path(path_written, overwrite=overwrite)
    for beside in (media, aside):
        if beside is not None and beside.exists() and not overwrite:
            raise UsageError("template_exists", file=beside.name)
    known = _known(Path(store), survey, area, round_)
    one_row_a_child = xlsform or kind == "flat"
    left_out = left_out_table(survey, known, language, homes=one_row_a_child)
    form = None
    if media is not None and aside is not None:
        # Collect and Enketo read the first column's name as it stands: no byte order mark.
        write_bytes(media, csv_text(known_list(survey, known, language)).encode("utf-8"))
        write_tables({"left_out": left_out}, aside)
        form = write_xlsform(path_written, round_=known.round, language=language, survey=survey, known=LIST)
    else:
        rows = _rows(survey, known, kind, language)
        write_bytes(
            path_written, form_bytes(Form(survey.as_asked_in(known.round), language, kind, known.round, rows, left_out))
        )
    return NextForm(
        path_written,
        media,
        aside,
        known.round,
        len(known.children),
        int(_has_row(survey, known).sum()) if one_row_a_child else len(known.households),
        left_out,
        form,
        known.disputed,
        known.again,
    )


def _known(store: Path, survey: Survey, area: str, round_: int | None) -> Known:
    """Whom the store knows there; the log says that names were shown before anybody can see them."""
    with open_store(store, survey) as connection:
        last = last_round(connection, survey, area)
        coming = round_ if round_ is not None else (last or 0) + 1
        known = known_before(connection, survey, area, coming)
    if not len(known.children) + len(known.households) + len(known.left_out):
        if last is None:
            raise UsageError("no_children_ever", area=area)
        raise UsageError("no_children_there", area=area, round=coming - 1, known=last)
    with open_store(store, survey, write=True) as connection:
        note_identified(connection, "template", len(known.children) + len(known.left_out))
    return known


def _rows(survey: Survey, known: Known, layout: Layout, language: Language) -> dict[Table, pd.DataFrame]:
    children, households = (written_table(survey, table, language) for table in (known.children, known.households))
    lines = survey.role("line").name
    children[lines] = [
        int(number) if isinstance(number, str) and number.isdigit() else number for number in children[lines]
    ]
    if layout == "two-sheet":
        return {"child": children, "household": households}
    key = list(survey.key("household"))
    rest = [name for name in survey.columns("household") if name not in survey.child.shared]
    return {"child": children.merge(households[[*key, *rest]], on=key, how="left")}


def known_list(survey: Survey, known: Known, language: Language) -> pd.DataFrame:
    """The known children as a form looks them up: `name`, the child's permanent code, `label`, `home`, and what is
    carried of the child and its household, in codes."""
    key = [name for name in survey.key("household") if name != survey.role("round").name]
    of_home = [name for name in known.households if survey.fields[str(name)].carried and name not in known.children]
    rows = known.children.merge(known.households[[*key, *of_home]], on=key, how="left")
    carried = [str(name) for name in rows if survey.fields[str(name)].carried]
    listed = rows[carried]
    listed.insert(0, "name", rows[survey.role("person").name])
    listed.insert(1, "label", _who(survey, rows, _WHO[:4], language))
    listed.insert(2, HOME, rows[key[0]].str.cat(rows[key[1:]], sep="/"))
    return listed


def _who(survey: Survey, rows: pd.DataFrame, roles: tuple[Role, ...], language: Language) -> pd.Series:
    """A child or household in one line."""
    names = survey.names_of(*roles)
    written = written_table(survey, rows[names], language)
    lines = [" · ".join(str(cell) for cell in row if pd.notna(cell)) for row in written.itertuples(index=False)]
    return pd.Series(lines, index=rows.index, dtype="str")


def _has_row(survey: Survey, known: Known) -> pd.Series:
    """Which of the known households have a child on the form."""
    key = list(survey.key("household"))
    homes = pd.MultiIndex.from_frame(known.households[key])
    return pd.Series(homes.isin(pd.MultiIndex.from_frame(known.children[key])), index=known.households.index)


def left_out_table(survey: Survey, known: Known, language: Language, homes: bool) -> pd.DataFrame:
    """Who is not on the form, and why, in words: three columns. With `homes`, households that have no row as well."""
    rows = known.left_out

    def years(name: str) -> list[str]:
        return [shown_year(int(year), language) for year in rows[name]]

    why = [
        say(f"left_out_{reason}", language, round=shown_year(known.round, language), seen=seen, last=last)
        for reason, seen, last in zip(rows["reason"], years("seen"), years("last"), strict=True)
    ]
    names = [say(f"left_out_{name}", language) for name in ("code", "who", "why")]
    children = [rows[survey.role("person").name], _who(survey, rows, _WHO, language), pd.Series(why, dtype="str")]
    example_rows = pd.DataFrame(dict(zip(names, children, strict=True)), dtype="str")
    if not homes:
        return example_rows
    bare = known.households[~_has_row(survey, known)]
    cells = [bare[survey.role("home").name], _who(survey, bare, ("village", "household"), language)]
    example_cells = pd.DataFrame(dict(zip(names, cells, strict=False)), dtype="str")
    return pd.concat(
        [example_rows, example_cells.assign(**{names[2]: say("left_out_no_row", language)})], ignore_index=True
    )
