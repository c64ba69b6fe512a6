"""How many digits the official code of an area has, by what kind of area it is; an area's code begins with the codes of
those around it."""

PROVINCE, DISTRICT, SUBDISTRICT, VILLAGE = 2, 4, 6, 8
