"""The project's own data, and what happens when it or the product changes."""

import csv
import io
import shutil

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from liaisons.models import Country, Group, Language, Region
from strategy.models import TimelineEntry, Topic, TopicQuestion, WorkingGroup
from web import content_version

pytestmark = pytest.mark.django_db


def run(*args, **options):
    out, err = io.StringIO(), io.StringIO()
    try:
        call_command("import_reference_data", *args, stdout=out, stderr=err, **options)
    except CommandError as error:
        err.write(str(error))
    return out.getvalue(), err.getvalue()


@pytest.fixture
def data(tmp_path):
    """A copy of data/ to change, of which only the small files are brought in."""
    folder = tmp_path / "data"
    shutil.copytree(settings.DATA_DIR, folder)
    return folder


def change(path, old, new):
    content = path.read_text(encoding="utf-8")
    assert old in content
    path.write_text(content.replace(old, new, 1), encoding="utf-8")


def regions(data, **options):
    return run(only=["regions"], data=data, **options)


def test_all_of_it_comes_in_and_a_second_run_changes_nothing():
    version = content_version.current()
    out, err = run()
    assert err == ""
    assert Group.objects.filter(status=Group.Status.ACTIVE).count() == 1001
    assert Group.objects.filter(status=Group.Status.ARCHIVED).count() == 8
    assert Group.objects.filter(dbname__isnull=False).count() == 809
    assert Region.objects.count() == 8
    assert Country.objects.count() == 250
    assert Language.objects.count() == 877
    assert WorkingGroup.objects.count() == Topic.objects.count() == 9
    assert TimelineEntry.objects.count() == 36
    assert TopicQuestion.objects.count() == 40
    assert content_version.current() > version

    namibia = Country.objects.get(pk="NA")
    assert namibia.english_name == "Namibia"
    assert Group.objects.get(country=namibia).name == "Wikimedia Community User Group Namibia"
    assert Language.objects.get(pk="nan").english_name == "Minnan"
    assert not Group.objects.filter(name="PhilWiki Community").exists()
    assert Group.objects.get(slug="wikimedia-hong-kong").status == Group.Status.ARCHIVED
    swahili = Group.objects.get(slug="swahili-wikipedia")
    assert [language.pk for language in swahili.languages.all()] == ["sw"]
    assert "kiswahili" in swahili.search_text
    assert Group.objects.get(code="AM").countries.get().pk == "AM"

    slugs = list(Group.objects.order_by("pk").values_list("pk", "slug"))
    version = content_version.current()
    out, err = run()
    assert err == ""
    assert "In all: 0 created, 0 updated, 2,697 unchanged, 0 kept, 0 refused" in out
    assert list(Group.objects.order_by("pk").values_list("pk", "slug")) == slugs
    assert content_version.current() == version


def test_the_timeline_has_true_dates():
    run(only=["working_groups", "strategy_timeline", "topics", "scoping_topics"])
    entry = TimelineEntry.objects.get(key="drafting")
    assert (str(entry.starts_on), str(entry.ends_on)) == ("2019-07-01", "2019-09-30")
    assert entry.precision == "month"


def test_the_texts_of_the_process_are_whole_in_arabic_spanish_and_french():
    run(only=["working_groups", "strategy_timeline", "topics", "scoping_topics"])
    _out, err = run(only=["regions", "translations"])
    assert err == ""
    for code in ("ar", "es", "fr"):
        assert not TimelineEntry.objects.filter(**{f"title_{code}": None}).exists(), code
        assert not TopicQuestion.objects.filter(**{f"text_{code}": None}).exists(), code
        scopes = WorkingGroup.objects.filter(scope_en__gt="")
        assert not scopes.filter(**{f"scope_{code}": None}).exists(), code
        for topic in Topic.objects.all():
            assert getattr(topic, f"title_{code}"), (topic, code)
            assert 0 < len(getattr(topic, f"short_{code}") or "") <= 800, (topic, code)
    for model in (Region, WorkingGroup):
        for code, _name in settings.LANGUAGES:
            field = f"name_{code.replace('-', '_')}"
            assert not model.objects.filter(**{field: None}).exists(), (model, code)


def test_a_dry_run_says_what_would_happen_and_changes_nothing():
    out, _err = run(dry_run=True, only=["regions", "countries"])
    assert "regions.csv: 8 created" in out
    assert "countries.csv: 250 created" in out
    assert "Dry run, nothing was changed" in out
    assert not Region.objects.exists()


def test_what_changed_in_the_file_comes_in(data):
    regions(data)
    change(data / "regions.csv", "North America", "Northern America")
    out, _err = regions(data)
    assert "0 created, 1 updated, 7 unchanged" in out
    assert Region.objects.get(pk="NORAM").name_en == "Northern America"


def test_what_was_edited_in_the_product_stays_and_is_reported(data):
    regions(data)
    Region.objects.filter(pk="NORAM").update(name_en="Turtle Island")
    change(data / "regions.csv", "North America", "Northern America")
    for _run in range(2):
        out, _err = regions(data)
        assert "0 created, 0 updated, 8 unchanged, 1 kept" in out
        assert "NORAM: name_en stays “Turtle Island”" in out
        assert "the file says “Northern America”" in out
        assert Region.objects.get(pk="NORAM").name_en == "Turtle Island"


def test_an_edited_translation_stays(data):
    run(only=["regions"], data=data)
    (data / "translations.csv").write_text(
        "file,key,field,language,text\nregions.csv,SA,name,de,Südasien\n", encoding="utf-8"
    )
    run(only=["translations"], data=data)
    Region.objects.filter(pk="SA").update(name_de="Südliches Asien")
    change(data / "translations.csv", "Südasien", "Asien im Süden")
    out, _err = run(only=["regions", "translations"], data=data)
    assert "translations.csv: 0 created, 0 updated, 1 unchanged, 1 kept" in out
    assert Region.objects.get(pk="SA").name_de == "Südliches Asien"


def test_a_row_that_is_gone_from_the_file_is_reported_and_stays(data):
    regions(data)
    change(data / "regions.csv", "NORAM,North America,2\n", "")
    out, _err = regions(data)
    assert "regions.csv, NORAM: no longer in the file; it stays." in out
    assert Region.objects.filter(pk="NORAM").exists()


def test_a_bad_row_names_its_place_and_nothing_of_the_file_comes_in(data):
    run(only=["regions"], data=data)
    path = data / "countries.csv"
    change(path, "AF,AFG,Afghanistan,4,Q889,SA,", "AF,AFG,Afghanistan,4,Q889,ZZ,")
    change(path, ",33.8353,", ",133.8353,")
    change(path, "AX,ALA,Åland", "AF,ALA,Åland")
    out, err = run(only=["countries", "affiliates"], data=data)
    assert "countries.csv: refused; nothing of it was imported." in err
    assert "line 2, column region_code, value “ZZ”: is not a region we know." in err
    assert "line 2, column lat, value “133.8353”: is not between -90 and 90." in err
    assert "affiliates.csv: skipped, because it needs countries.csv." in err
    assert "countries.csv" not in out
    assert not Country.objects.exists()


def test_every_bad_row_is_listed_at_once(data):
    path = data / "regions.csv"
    path.write_text(
        "region_code,region_name\nA B,x\nSA,\nSSA,Africa\nSSA,Again\n", encoding="utf-8"
    )
    _out, err = regions(data)
    assert "line 2, column region_code, value “A B”" in err
    assert "line 3, column region_name: must not be empty" in err
    assert "line 5, value “SSA”: is in the file twice, first on line 4" in err
    assert not Region.objects.exists()


def test_a_group_that_gets_a_code_stays_the_same_group(data):
    rows = list(csv.reader((data / "affiliates.csv").open(encoding="utf-8", newline="")))
    one = next(row for row in rows if row[1] == "Wikimedia Community User Group Namibia")
    with (data / "affiliates.csv").open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows([rows[0], one])
    only = ["regions", "languages", "countries", "affiliates"]
    run(only=only, data=data)
    before = Group.objects.get()
    one[0] = "NAM"
    with (data / "affiliates.csv").open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows([rows[0], one])
    out, _err = run(only=only, data=data)
    after = Group.objects.get()
    assert (after.pk, after.slug, after.code) == (before.pk, before.slug, "NAM")
    assert "affiliates.csv: 0 created, 1 updated" in out
    assert "no longer in the file" not in out


def test_a_question_translated_for_a_row_that_does_not_exist_is_refused(data):
    regions(data)
    change(data / "translations.csv", "regions.csv,SA,name,de", "regions.csv,XX,name,de")
    _out, err = run(only=["translations"], data=data)
    assert "column key, value “XX”: is the key of no row of regions.csv." in err
    assert not Region.objects.exclude(name_ar=None).exists()


def test_no_file_of_data_holds_an_address_or_a_foreign_line_end():
    for path in settings.DATA_DIR.glob("*.csv"):
        content = path.read_bytes()
        assert b"@" not in content, path.name
        assert b"\r" not in content, path.name
