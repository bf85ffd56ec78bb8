"""How complete the interface is in each language."""

import pytest

from web.catalogues import Catalogue, catalogues

HEAD = 'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=UTF-8\\n"\n{plural}\n'
PLURALS = '"Plural-Forms: nplurals=2; plural=(n > 1);\\n"'


@pytest.fixture
def folder(tmp_path):
    """Catalogues with these entries after their head."""

    def made(**entries):
        for name, text in entries.items():
            file = tmp_path / name / "LC_MESSAGES/django.po"
            file.parent.mkdir(parents=True)
            file.write_text(HEAD.format(plural=PLURALS) + text, encoding="utf-8")
        return tmp_path

    return made


def test_missing_doubtful_and_half_translated_messages_are_counted(folder):
    french = (
        'msgid "One"\nmsgstr "Un"\n\n'
        'msgid "Two"\nmsgstr ""\n\n'
        '#, fuzzy\nmsgid "Three"\nmsgstr "Tres"\n\n'
        'msgid "%(n)s day"\nmsgid_plural "%(n)s days"\nmsgstr[0] "%(n)s jour"\nmsgstr[1] ""\n\n'
        '#~ msgid "Old"\n#~ msgstr "Vieux"\n'
    )
    (found,) = catalogues(folder(fr=french))
    assert found == Catalogue("fr", messages=4, translated=1, doubtful=1)
    assert (found.missing, found.percent) == (2, 25)


def test_the_least_complete_comes_first_and_nothing_missing_is_100(folder):
    made = folder(es='msgid "One"\nmsgstr "Uno"\n', zh_Hans='msgid "One"\nmsgstr ""\n')
    assert [(one.language, one.percent) for one in catalogues(made)] == [
        ("zh-hans", 0),
        ("es", 100),
    ]


def test_those_of_the_site_are_found():
    assert {one.language for one in catalogues()} == {
        *("ar", "de", "es", "fr", "hi", "ja", "pt", "ru", "zh-hans")
    }
    assert all(one.messages > 2000 for one in catalogues())


def test_a_changed_file_is_counted_anew(folder):
    made = folder(de='msgid "One"\nmsgstr ""\n')
    assert catalogues(made)[0].percent == 0
    file = made / "de/LC_MESSAGES/django.po"
    file.write_text(
        file.read_text().replace('msgid "One"\nmsgstr ""', 'msgid "One"\nmsgstr "Eins"')
    )
    assert catalogues(made)[0].percent == 100
