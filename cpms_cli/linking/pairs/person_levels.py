"""How two rows of tables of persons are compared: as children of the survey are, and by address and telephone."""

from __future__ import annotations

from cpms_cli.linking.pairs.comparison_levels import BLOCKS, CONDITIONS, WITHOUT_HOMES, Comparing

# Given and family name in one another's cells, each spelt nearly the same.
_TURNED = """
    (
        jaro_winkler_similarity(given_l, family_r) >= 0.85
        AND jaro_winkler_similarity(family_l, given_r) >= 0.85
        AND jaro_winkler_similarity(given_l, family_l) < 0.85
    )"""
_WORDS = tuple(f"list_distinct(string_split(street_{side}, ' '))" for side in "lr")
# Or more than half of the words, in any order: parts of an address change their cells.
_STREET_ALIKE = f"""
    (
        levenshtein(street_l, street_r) <= 0.3 * greatest(length(street_l), length(street_r))
        OR 2 * len(list_intersect({_WORDS[0]}, {_WORDS[1]})) > greatest(len({_WORDS[0]}), len({_WORDS[1]}))
    )"""

# Persons of any table: an address beside the house, and a telephone.
PERSONS = Comparing(
    {
        **{name: of for name, of in WITHOUT_HOMES.items() if name != "number"},
        # Persons of any age whose brothers are in the table: the year before is another's.
        "birth": ("low", {**CONDITIONS["birth"][1], "close": "FALSE"}),
        "register": (
            "number",
            {
                **CONDITIONS["number"][1],
                "alike": "(damerau_levenshtein(number_l, number_r) = 2 AND length(number_l) >= 6)",
            },
        ),
        "given": ("given", {**CONDITIONS["given"][1], "whole": f"({CONDITIONS['given'][1]['whole']} OR {_TURNED})"}),
        "street": ("street", {"exact": "street_l = street_r", "alike": _STREET_ALIKE}),
        "suburb": (
            "suburb",
            {"exact": "suburb_l = suburb_r", "alike": "jaro_winkler_similarity(suburb_l, suburb_r) >= 0.85"},
        ),
        "phone": ("phone", {"exact": "phone_l = phone_r", "slip": "damerau_levenshtein(phone_l, phone_r) = 1"}),
    },
    {
        **{name: of for name, of in BLOCKS.items() if name != "reach"},
        "names": "least(given_heads, family_heads) || '|' || greatest(given_heads, family_heads)",
        "street": "street",
        "family_suburb": "family_heads || '|' || suburb",
        "given_suburb": "given_heads || '|' || suburb",
        "phone": "phone",
    },
    ("street", "suburb", "phone"),
)
