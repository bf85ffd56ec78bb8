"""Names of languages and countries in the reader's language."""

import pytest
from django.conf import settings

from web.names import country_name, language_name

LOCALES = [code for code, _own_name in settings.LANGUAGES]


@pytest.mark.parametrize(
    ("code", "locale", "name"),
    [
        ("sw", "en", "Swahili"),
        ("sw", "ar", "السواحلية"),
        ("zh-hans", "zh-hans", "简体中文"),
        ("zh-hant", "de", "Chinesisch (traditionell)"),
        ("pt-br", "es", "portugués de Brasil"),
        ("nds-nl", "en", "Low Saxon"),
        # Wikimedia's own codes
        ("zh-min-nan", "en", "Min Nan Chinese"),
        ("roa-rup", "fr", "aroumain"),
        ("als", "de", "Schweizerdeutsch"),
        ("fiu-vro", "en", "Võro"),
        # a script, a country or a variant in brackets
        ("uz-cyrl", "en", "Uzbek (Cyrillic)"),
        ("sr-ec", "en", "Serbian (Cyrillic)"),
        ("zh-tw", "en", "Chinese (Taiwan)"),
        ("be-tarask", "de", "Belarussisch (Taraskievica-Orthographie)"),
    ],
)
def test_languages(code, locale, name):
    assert language_name(code, locale) == name


@pytest.mark.parametrize("code", ["map-bms", "azb", "nonsense", "xx-yy", "", "de-formal"])
def test_where_cldr_has_no_name_the_given_one_is_shown(code):
    for locale in LOCALES:
        assert language_name(code, locale, "its own name") == "its own name"
        assert language_name(code, locale) == ""


@pytest.mark.parametrize("locale", LOCALES)
def test_countries_have_names_in_every_language(locale):
    for iso2 in ("NA", "TW", "XK", "PS", "TZ", "CI"):
        assert country_name(iso2, locale)
    assert country_name("ZZ9", locale, "unknown") == "unknown"
    if locale != "en":
        assert country_name("DE", locale) != "Germany"
