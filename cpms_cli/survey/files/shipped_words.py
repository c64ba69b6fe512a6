"""Words that a definition may leave to the shipped one, where both are of one country."""

from __future__ import annotations

from collections.abc import Mapping

from cpms_cli.survey.area_widths import PROVINCE
from cpms_cli.survey.files.definition_tables import AREA_FILES
from cpms_cli.survey.model.definition import Area, Words
from cpms_cli.survey.yaml_files.located_yaml import csv_cells, read_text, read_yaml
from cpms_cli.survey.yaml_files.location import shipped

_PROVINCES = "areas/provinces.csv"


def shipped_help_line(areas: Mapping[str, Area]) -> Words | None:
    """Whom to call where a child is in danger, for a definition that an earlier version of the tool kept or copied;
    None where its provinces are of another country, which has another help line."""
    folder = shipped("schemas")
    rows = csv_cells(_PROVINCES, read_text(folder, _PROVINCES), AREA_FILES[_PROVINCES])
    known = {(cells[0], cells[-1]) for _, cells in rows}
    own = {(code, area.th) for code, area in areas.items() if len(code) == PROVINCE}
    return Words.model_validate(read_yaml(folder, "risk.yaml").content["in_danger"]) if own <= known else None
