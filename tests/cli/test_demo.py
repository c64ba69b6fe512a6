"""`cpms demo`: the trainer's ten minutes, on the sample files, in a folder that is gone afterwards."""

from __future__ import annotations

import re
from pathlib import Path

from tests.conftest import Cpms


def test_the_demo_walks_the_whole_way_and_says_each_command(cpms: Cpms) -> None:
    ran = cpms("demo")
    assert ran.code == 0
    commands = [line.split()[2] for line in ran.out.splitlines() if line.startswith("$ cpms ")]
    assert commands == ["validate", "merge", "merge", "score", "child", "province", "children"]
    assert "1090 rows in = " in ran.out
    assert "Ranong (85), round 2026" in ran.out
    listed = ran.out[ran.out.rindex("$ cpms children") :]
    assert re.findall(r"^ C\w{11} .* Victim ", listed, re.MULTILINE), "it ends with the list of victims"
    folder = re.search(r"in (\S+cpms-demo-\w+)", ran.out)
    assert folder is not None
    assert not Path(folder[1]).exists()
