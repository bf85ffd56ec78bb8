"""Which languages count for which country."""

import pytest

from outreach_map.spoken import countries_of, spoken_in


def codes(iso2):
    return [item.code for item in spoken_in(iso2)]


@pytest.mark.parametrize(
    ("iso2", "code"),
    [
        ("TZ", "sw"),  # official
        ("NA", "af"),  # Namibia, not "no value"; used by many
        ("IN", "sat"),  # official in a part of the country
        ("FR", "br"),  # under one in a hundred, but nowhere else
        ("PK", "pnb"),  # CLDR says Punjabi in Arabic script
        ("NO", "no"),
        ("PH", "tl"),
        ("GH", "dag"),  # CLDR has no figures
        ("XK", "sq"),
    ],
)
def test_a_language_is_found_where_it_is_at_home(iso2, code):
    assert code in codes(iso2)


@pytest.mark.parametrize("code", ["eo", "vo", "ia", "lzh", "got"])
def test_constructed_and_ancient_languages_are_of_no_country(code):
    assert not countries_of(code)


def test_a_language_of_migrants_does_not_count():
    assert "sw" not in codes("DE")


def test_official_languages_come_first_and_then_the_largest():
    assert codes("TZ")[:2] == ["sw", "en"]
    assert codes("CH").index("rm") < codes("CH").index("en")


def test_an_unknown_country_has_none():
    assert spoken_in("QQ") == ()
