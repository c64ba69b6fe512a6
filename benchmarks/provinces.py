"""Children who move between three provinces, whose truth is known: how many are found again, and how many wrongly.

    python benchmarks/provinces.py --children 6000 --seed 1 --seed 2

Three provinces of `--children` children each are drawn as `benchmarks/linkage.py` draws them (40 % without ID, names
respelt, dates wrong, twins, several languages), over three rounds. Each year 3 % of the homes of a province go to
another one, with all their children. Within a province rows are linked first, as a merge links them, with the mistakes
of that. A line of JSON per seed: precision and recall of the sure pairs, the pairs that wait for a person and how many
of these are right, CPU seconds of the pass and peak memory of the whole; then recall by group. A pair is to be found
where a child is last seen in one province and next in another, with a name, a number or a birth date (families without
consent leave only their key).
"""

from __future__ import annotations

import argparse
import json
import random
import resource
import time

import numpy as np
import pandas as pd
from linkage import evidence_of, ours
from linkage_data import scripts_of

from cpms_cli.linking.provinces.moved_pairs import pair_moved
from cpms_cli.linking.provinces.stored_movers import in_one_frame
from cpms_cli.samples.community import Community, Home
from cpms_cli.samples.difficulties import HARD
from cpms_cli.samples.drawn_answers import SampleRound, round_of
from cpms_cli.survey.opening.loading import load_survey

PROVINCES = (
    ("850101", "850102", "850103", "850104"),
    ("830101", "830102", "830103", "830104"),
    ("860101", "860102", "860103", "860104"),
)
YEARS = (2024, 2025, 2026)
_SHARE_MOVED = 0.03
GROUPINGS = ("nationality", "id", "age", "script")


class _Province(Community):
    """A community whose children have numbers of their own among those of all provinces."""

    def __init__(self, seed: int, number: int, children: int) -> None:
        self.numbers_from = number * 3_000_000
        super().__init__(random.Random(seed * 10 + number), PROVINCES[number], YEARS[0], children, HARD)
        self.seed = seed

    def _serial(self) -> int:
        return self.numbers_from + super()._serial()

    def take(self, home: Home) -> None:
        """Let a home of another province live here."""
        home.village = self.rng.choice(self.villages)
        self.next_no[home.village] += 1
        home.household_no, home.house = self.next_no[home.village], self._new_house()
        self.homes.append(home)


def _move(provinces: list[_Province], rng: random.Random) -> None:
    """Let homes go to another province, with all who live there."""
    gone = [(number, home) for number, of in enumerate(provinces) for home in of.homes if rng.random() < _SHARE_MOVED]
    for number, home in gone:
        provinces[number].homes.remove(home)
        provinces[(number + rng.choice((1, 2))) % len(provinces)].take(home)


def drawn(children: int, seed: int) -> list[list[SampleRound]]:
    """The rounds of each province."""
    rng = random.Random(seed)
    provinces = [_Province(seed, number, children) for number in range(len(PROVINCES))]
    made: list[list[SampleRound]] = [[] for _ in provinces]
    for year in YEARS:
        if year != YEARS[0]:
            for province in provinces:
                province.age_one_year()
            _move(provinces, rng)
        for rounds, province in zip(made, provinces, strict=True):
            rounds.append(round_of(province, rng))
    return made


def linked_province(rounds: list[SampleRound]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The rows of a province as evidence, `identifier` by its own links; and the truth beside them."""
    survey = load_survey()
    key = list(survey.key("child"))
    homes = pd.concat([each.households for each in rounds])[[*survey.key("household"), "interview_date"]]
    rows = pd.concat([each.children for each in rounds]).merge(homes, on=list(survey.key("household")))
    rows = rows.merge(pd.concat([each.truth for each in rounds]), on=key).sort_values(key).reset_index(drop=True)
    evidence = evidence_of(rows)
    identifier = rows["village_code"].iloc[0][:2] + " " + pd.Series(ours(evidence)[0]).astype("str")
    truth = pd.DataFrame(
        {
            "truth": rows["person_id"],
            "nationality": rows["nationality"].astype("str").fillna("blank"),
            "id": rows["national_id"].notna().map({True: "with", False: "without"}),
            "age": (rows["round"].astype(int) - rows["birth_date"].str[:4].astype(float)).map(_age_group),
            "script": scripts_of(rows["given_name"].astype("str")),
            "telling": evidence["given"].notna() | evidence["low"].notna() | evidence["number"].notna(),
        }
    )
    return evidence.assign(identifier=identifier), truth


def _age_group(years: float) -> str:
    limits = ((1, "0-1"), (4, "2-4"), (9, "5-9"), (14, "10-14"))
    return next((words for limit, words in limits if years <= limit), "15-17") if pd.notna(years) else "blank"


def as_moving(evidence: pd.DataFrame) -> pd.DataFrame:
    """The rows with `first` and `last`, as `stored_movers.may_move` marks them."""
    year, of_child = evidence["round"], evidence["round"].groupby(evidence["identifier"])
    came, went = of_child.transform("min"), of_child.transform("max")
    return evidence.assign(first=(year == came) & (came > YEARS[0]), last=(year == went) & (went < YEARS[-1]))


def expected(rows: pd.DataFrame) -> pd.DataFrame:
    """The moves that are to be found, by the truth: the first row in another province, with its groups."""
    telling = rows[rows["telling"]].sort_values("round", kind="stable")
    by_child = telling.groupby("truth")
    before = by_child["store"].shift()
    return telling[before.notna() & (before != telling["store"])]


def measure(children: int, seed: int) -> None:
    """Print the figures of one seed."""
    provinces = [linked_province(rounds) for rounds in drawn(children, seed)]
    survey, begun = load_survey(), time.process_time()
    evidence = [as_moving(evidence).assign(**truth) for evidence, truth in provinces]
    held = [each.loc[each["number"].notna(), ["number", "round", "identifier"]].drop_duplicates() for each in evidence]
    rows = in_one_frame(survey, evidence, held)
    pairs = pair_moved(rows, survey.linking)
    seconds = time.process_time() - begun
    truth = rows["truth"].to_numpy()
    left, right = pairs["id_l"].to_numpy(int), pairs["id_r"].to_numpy(int)
    right_pair = truth[left] == truth[right]
    sure = (pairs["verdict"] == "automatic").to_numpy()
    moves = expected(rows)
    sure_children = {truth[i] for i in left[sure & right_pair]}
    waiting = {truth[i] for i in left[~sure & right_pair]}
    moves = moves.assign(sure=moves["truth"].isin(sure_children), waits=moves["truth"].isin(waiting - sure_children))
    print(
        json.dumps(
            {
                "seed": seed,
                "rows": len(rows),
                "may_have_moved": int((rows["first"] | rows["last"]).sum()),
                "moves": len(moves),
                "sure": int(sure.sum()),
                "wrong": int((sure & ~right_pair).sum()),
                "precision": round(float(right_pair[sure].mean()), 5),
                "recall": round(float(moves["sure"].mean()), 4),
                "to_review": int((~sure).sum()),
                "review_right": int((~sure & right_pair).sum()),
                "cpu_seconds": round(seconds, 1),
                "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
            }
        )
    )
    for grouping in GROUPINGS:
        groups = moves.groupby(grouping).agg(moves=("sure", "size"), recall=("sure", "mean"), waits=("waits", "mean"))
        print(groups.round(3).to_string())
    for position in np.flatnonzero(sure & ~right_pair)[:10]:
        print(json.dumps({"wrong": pairs.iloc[position].drop(["id_l", "id_r"]).to_dict()}, default=str))


def main() -> None:
    """Draw, link, and print a line per seed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--children", type=int, default=2000)
    parser.add_argument("--seed", type=int, action="append")
    options = parser.parse_args()
    for seed in options.seed or [1, 2]:
        measure(options.children, seed)


if __name__ == "__main__":
    main()
