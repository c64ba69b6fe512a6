"""Promise 7: no traceback, for any bytes. Eight files of each kind are tried, a hundred with CPMS_THOROUGH=1."""

from __future__ import annotations

import io
import json
import os
import zipfile
from typing import Any

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cpms_cli import CpmsError, read_cells
from cpms_cli.survey.messages import say
from tests.conftest import ROUNDS, THOROUGH
from tests.hostile.conftest import Run

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="each run is a fork, which Windows has not")
EXAMPLES = int(os.environ.get("CPMS_EXAMPLES", "100" if THOROUGH else "8"))


def _workbook(sheets: dict[str, pd.DataFrame]) -> bytes:
    written = io.BytesIO()
    with pd.ExcelWriter(written, engine="xlsxwriter") as book:
        for name, frame in sheets.items():
            frame.to_excel(book, sheet_name=name, index=False)
    return written.getvalue()


def _seeds() -> dict[str, bytes]:
    sheets = pd.read_excel(ROUNDS[1], sheet_name=None, dtype=str, engine="calamine")
    flat = pd.read_excel(ROUNDS[2], dtype=str, engine="calamine")
    text = "".join(ROUNDS[0].read_text("utf-8-sig").splitlines(keepends=True)[:12])
    return {
        "flat.csv": text.encode("utf-8-sig"),
        "thai.csv": text.encode("cp874", "replace"),
        "wide.csv": text.encode("utf-16"),
        "sheets.xlsx": _workbook({k: v.head(8) for k, v in sheets.items()}),
        "flat.xlsx": _workbook({"survey": flat.head(8)}),
    }


SEEDS = _seeds()
NASTY = [
    b"\0",
    b"\xff\xfe",
    b"\xef\xbb\xbf",
    b'"',
    b"\r",
    b"\n\n",
    b",,,,",
    b"=1+1",
    b"\x1b[2J",
    b"9" * 40,
    b"<!DOCTYPE a>",
]


@st.composite
def changed(draw: st.DrawFn, content: bytes) -> bytes:
    """The content with bytes flipped, cut out, doubled or put in at a few places."""
    for _ in range(draw(st.integers(1, 4))):
        position = draw(st.integers(0, len(content)))
        length = draw(st.integers(0, 200))
        piece = draw(
            st.one_of(
                st.sampled_from(NASTY), st.binary(max_size=20), st.just(content[position : position + length] * 2)
            )
        )
        keep = draw(st.booleans())
        content = content[:position] + piece + content[position if keep else position + length :]
    return content


@st.composite
def inside(draw: st.DrawFn, content: bytes) -> bytes:
    """A workbook one of whose parts was changed, packed again as it should be."""
    written = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as new:
        chosen = draw(st.sampled_from(old.namelist()))
        for name in old.namelist():
            part = old.read(name)
            new.writestr(name, draw(changed(part)) if name == chosen else part)
    return written.getvalue()


@st.composite
def files(draw: st.DrawFn) -> tuple[str, bytes]:
    """A name and what stands in the file."""
    name = draw(st.sampled_from(sorted(SEEDS)))
    seed = SEEDS[name]
    kinds = [
        changed(seed),
        changed(seed),
        st.binary(max_size=2000).map(lambda tail: seed[:200] + tail),
        st.binary(max_size=300),
    ]
    if name.endswith("xlsx"):
        kinds += [inside(seed)] * 3
    return name, draw(st.one_of(kinds))


TEXTS = {
    f"{name} {delimiter}": SEEDS["flat.csv"].decode("utf-8-sig").replace(",", delimiter).encode(name, "replace")
    for name in ("utf-8", "cp874", "utf-16-le")
    for delimiter in ",;\t"
}
TRAPS = [*NASTY, b'\\"', b"'", b'""', b'"\n"', b"sep=;\n", b"\xe0\xb8", b'"' * 3000, b"x" * 70_000]


@st.composite
def texts(draw: st.DrawFn) -> bytes:
    """A text file in which traps were laid, or any bytes at all."""
    content = draw(st.sampled_from(sorted(TEXTS.items())))[1]
    for trap in draw(st.lists(st.sampled_from(TRAPS), min_size=1, max_size=5)):
        position = draw(st.integers(0, len(content)))
        content = content[:position] + trap + content[position:]
    return draw(st.one_of(st.just(content), changed(content), st.binary(max_size=300)))


@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
@given(content=texts())
def test_any_text_is_cells_or_refused(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    path = tmp_path_factory.mktemp("texts") / "any.csv"
    path.write_bytes(content)
    try:
        tables = read_cells(path)
    except CpmsError as refused:
        assert say(refused.message_id, "th", **refused.values)
        return
    for table in tables:
        assert table.data.num_rows == len(table.rows) == len(set(table.rows.tolist()))
        assert table.data.num_columns == len(table.header)
        assert all(fault.row >= 1 for fault in table.faults)


def _behaves(ended: dict[str, Any], text: str) -> None:
    assert ended["code"] in (0, 1, 2), text
    assert "Traceback" not in ended["err"] + ended["out"], text
    assert "inside cpms" not in ended["err"], text
    assert ended["seconds"] < 30
    assert ended["memory"] < 1_000_000_000


@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
@given(file=files())
def test_any_bytes_are_validated_or_refused(
    run: Run, tmp_path_factory: pytest.TempPathFactory, file: tuple[str, bytes]
) -> None:
    path = tmp_path_factory.mktemp("bytes") / file[0]
    path.write_bytes(file[1])
    ended = run("validate", path, "--format", "json")
    _behaves(ended, ended["err"])
    document = json.loads(ended["out"])
    assert document["exit_code"] == ended["code"]
    assert (document["error"] is not None) == (ended["code"] == 2)


@settings(max_examples=EXAMPLES // 2, deadline=None, suppress_health_check=list(HealthCheck))
@given(file=files())
def test_any_bytes_are_merged_with_a_true_sum_or_refused(
    run: Run, tmp_path_factory: pytest.TempPathFactory, file: tuple[str, bytes]
) -> None:
    folder = tmp_path_factory.mktemp("bytes")
    path = folder / file[0]
    path.write_bytes(file[1])
    ended = run("merge", path, "--store", folder / "store.duckdb", "--format", "json")
    _behaves(ended, ended["err"])
    if ended["code"] == 2:
        assert not (folder / "store.duckdb").exists()
    else:
        counts = json.loads(ended["out"])["counts"]
        assert counts["rows_in"] == counts["stored"] + counts["unchanged"] + counts["quarantined"]
