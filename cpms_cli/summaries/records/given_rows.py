"""Rows that are given away, beside those that the same readers have: which can be put together, and how each looked."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import pandas as pd

from cpms_cli.store.logs.record_releases import OF_CHILD, OF_LINE, RecordRelease
from cpms_cli.summaries.records.deidentification import Company, pseudonyms
from cpms_cli.survey.model.definition import Survey

_FILE, _LINE = "\x1d", "\x1c"


@dataclass(frozen=True)
class GivenRows:
    """`frame`: the rows as the store has them, with the identifiers of children and homes; `key`: that of the store's
    pseudonyms; `earlier`: what the audience has. Rows are told apart by the frame's index."""

    survey: Survey
    frame: pd.DataFrame
    key: bytes
    audience: str
    series: str | None
    earlier: Sequence[RecordRelease]

    @cached_property
    def _round(self) -> pd.Series:
        return self.frame[self.survey.role("round").name].astype("str")

    @cached_property
    def _child(self) -> pd.Series:
        """Each row's child, under a name that only the store knows, so that forgetting a child forgets who it was."""
        return pseudonyms(self.key, OF_CHILD, self.frame[self.survey.role("person").name])

    @cached_property
    def _line(self) -> pd.Series:
        """Each row's place in the survey, under such a name: it stays where the child gets another identifier."""
        key = [self.frame[name].astype("str") for name in self.survey.key("child")]
        return pseudonyms(self.key, OF_LINE, key[0].str.cat(pd.concat(key[1:], axis=1), "\x1f"))

    def named_by(self, number: int) -> Iterator[pd.Series]:
        """What a pseudonym depends on beside the child: the series; else the file, and the round."""
        nothing = pd.Series("", index=self.frame.index)
        if self.series is not None:
            yield nothing + f"series {self.series}"
        else:
            yield nothing + f"file {number}"
            yield self._round

    def home_answers(self, records: pd.DataFrame) -> tuple[str, ...]:
        """The columns of these that all children of a home share, beside those that are made coarser."""
        coarser = {quasi_identifier.field for quasi_identifier in self.survey.deidentification.quasi_identifiers}
        shared = {*self.survey.child.shared, *coarser}
        return tuple(
            field.name for field in self.survey.household.fields if field.name in records and field.name not in shared
        )

    def company(self, records: pd.DataFrame) -> Company:
        """By what these rows, in whatever order, can be put together."""
        home = self.frame[self.survey.role("home").name].fillna("") + _FILE + self._round
        joined = self.series is not None
        return Company(
            self._before().loc[records.index],
            self._child.loc[records.index] if joined else None,
            home.loc[records.index],
            self.home_answers(records),
            any(release.households for release in self.earlier if release.detail == "deidentified"),
        )

    def _before(self) -> pd.Series:
        """How each row's child looked in the files that the audience has: in the same round, and in those of the series
        in every round. What stands in a row's place in a file is reckoned with beside what the child's identifier
        leads to: whichever of the two changed since, the readers still know the row by its answers."""
        before = pd.Series("", index=self.frame.index)
        for release in self.earlier:
            if release.detail != "deidentified":
                continue
            of_lines = release.rows.dropna(subset=["line"]).set_index("line")["child"]
            by_child = self._looks_in(release, self._child)
            by_line = self._looks_in(release, self._line.map(of_lines))
            both = by_child.notna() & by_line.notna() & (by_line != by_child)
            looks = by_child.fillna(by_line).mask(both, by_child + _LINE + by_line)
            if looks.notna().any():
                before = before + _FILE + looks.fillna("").astype("str")
        return before

    def _looks_in(self, release: RecordRelease, child: pd.Series) -> pd.Series:
        """How these children looked in a file; NA of those who are not in it."""
        if self.series is not None and release.series == self.series:
            ordered = release.rows.sort_values(["child", "round"])
            looks = (ordered["round"] + "=" + ordered["looks"]).groupby(ordered["child"]).agg(_FILE.join)
            return child.map(looks).astype("object")
        rows = pd.DataFrame({"child": child, "round": self._round})
        looks = release.rows.set_index(["child", "round"])["looks"]
        return pd.Series(looks.reindex(pd.MultiIndex.from_frame(rows)).to_numpy(), index=rows.index, dtype="object")

    @property
    def finer(self) -> bool:
        """Whether the audience has rows of these children that were not made coarser."""
        rows, lines = {*zip(self._child, self._round, strict=True)}, {*self._line}
        return any(
            release.detail != "deidentified"
            and not (
                rows.isdisjoint(zip(release.rows["child"], release.rows["round"], strict=True))
                and lines.isdisjoint(release.rows["line"])
            )
            for release in self.earlier
        )

    def released(
        self, number: int, detail: str, k: int | None = None, households: bool = True, looks: pd.Series | None = None
    ) -> RecordRelease:
        """What is to be remembered of a file."""
        rows = pd.DataFrame({"child": self._child, "round": self._round, "line": self._line})
        rows["looks"] = "" if looks is None else looks.reindex(rows.index)
        return RecordRelease(number, self.audience, self.series, detail, k, households, rows)
