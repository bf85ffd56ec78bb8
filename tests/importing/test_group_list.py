"""An operator's own list of groups."""

import gc
import io
import tracemalloc

import pytest
from django.core.management import CommandError, call_command

from liaisons.models import Group
from tests.factories import CountryFactory, GroupFactory, LanguageFactory, RegionFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def places():
    CountryFactory(iso2="NA", english_name="Namibia", region=RegionFactory(code="SSA"))
    LanguageFactory(code="en")
    LanguageFactory(code="sw")


@pytest.fixture
def import_list(tmp_path):
    def run(content, *args, name="groups.csv"):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        out, err = io.StringIO(), io.StringIO()
        try:
            call_command("import_groups", str(path), *args, stdout=out, stderr=err)
        except CommandError as error:
            err.write(str(error))
        return out.getvalue() + err.getvalue()

    return run


FULL = (
    "code;name;kind;local_name;country;languages;lat;lon;host;founded\n"
    "lake;Readers of the Lake;user_group;Wasomaji;NA;en sw;-22.5;17.25;lake.example.org;2013-05\n"
)


def test_a_row_becomes_a_group_with_everything_it_says(import_list):
    said = import_list("\ufeff" + FULL)
    assert "groups.csv: 1 created" in said
    group = Group.objects.get()
    assert (group.slug, group.code, group.kind) == ("readers-of-the-lake", "lake", "user_group")
    assert (group.status, group.country_id, group.region_id) == ("active", "NA", "SSA")
    assert [country.pk for country in group.countries.all()] == ["NA"]
    assert sorted(group.languages.values_list("pk", flat=True)) == ["en", "sw"]
    assert (str(group.latitude), str(group.longitude)) == ("-22.50000", "17.25000")
    assert group.founded == "2013-05"
    assert "wasomaji" in group.search_text
    assert "1 unchanged" in import_list(FULL)
    assert Group.objects.count() == 1


def test_the_template_and_the_documented_columns_are_the_ones_we_read(settings):
    out = io.StringIO()
    call_command("import_groups", "--template", stdout=out)
    columns = out.getvalue().strip().split(",")
    document = (settings.BASE_DIR / "docs" / "import-groups.md").read_text(encoding="utf-8")
    for column in columns:
        assert f"| `{column}` |" in document
    template = (settings.BASE_DIR / "docs" / "import-groups-template.csv").read_text("utf-8")
    assert template.splitlines()[0].split(",") == columns


def test_the_template_can_be_imported_as_it_is(import_list, settings):
    CountryFactory(iso2="TZ", english_name="Tanzania")
    content = (settings.BASE_DIR / "docs" / "import-groups-template.csv").read_bytes()
    assert "0 refused" in import_list(content)


def test_edits_stay_and_changes_come_in(import_list):
    import_list(FULL)
    Group.objects.update(name="Our own name")
    Group.objects.get().languages.set(["sw"])
    said = import_list(FULL.replace("of the Lake", "of the Sea").replace("17.25", "17.5"))
    assert "0 created, 1 updated, 0 unchanged, 2 kept" in said
    assert "name stays “Our own name”" in said
    assert "languages stays “sw”" in said
    group = Group.objects.get()
    assert (group.name, str(group.longitude)) == ("Our own name", "17.50000")
    assert [language.pk for language in group.languages.all()] == ["sw"]


def test_all_bad_rows_are_named_and_nothing_comes_in(import_list):
    said = import_list(
        "code,name,kind,country,lat\n"
        "a,Good,user_group,NA,\n"
        "b,,club,na,\n"
        "a,Twice,user_group,,\n"
        "c,No lon,user_group,,5\n"
    )
    assert "groups.csv, line 3, column name: must not be empty." in said
    assert "line 3, column kind, value “club”: is not one of: chapter" in said
    assert (
        "line 3, column country, value “na”: is not a country we know; did you mean NA?\n" in said
    )
    assert "line 4, value “a”: is in the file twice, first on line 2." in said
    assert "line 5, column lon: is empty; a place needs both lat and lon." in said
    assert not Group.objects.exists()


def test_an_unknown_column_is_reported_with_the_nearest_name(import_list):
    said = import_list("code,name,kind,contry\na,b,user_group,NA\n")
    assert "column contry: is not a column we know. Did you mean country?" in said
    assert not Group.objects.exists()


def test_formula_like_and_marked_up_cells_are_text(import_list, client):
    import_list('code,name,kind\nx,"=HYPERLINK(""http://example.org"")<b>hi</b>",user_group\n')
    group = Group.objects.get()
    assert group.name == '=HYPERLINK("http://example.org")<b>hi</b>'
    assert group.slug == "hyperlinkhttpexampleorgbhib"


def test_groups_of_the_reference_data_are_not_touched(import_list):
    GroupFactory(code="AM", name="Wikimedia Armenia", imported={"file": "affiliates.csv"})
    said = import_list("code,name,kind\nAM,Ours now,user_group\n")
    assert "column code, value “AM”: belongs to a group of affiliates.csv; use another" in said
    assert Group.objects.get().name == "Wikimedia Armenia"


def test_names_that_are_alike_or_in_another_script_get_slugs_of_their_own(import_list):
    import_list(
        "code,name,kind\na1,Readers,user_group\na2,Readers!,user_group\nx,قراء,user_group\n"
        "y,читатели,user_group\n"
    )
    slugs = dict(Group.objects.values_list("code", "slug"))
    assert slugs == {"a1": "readers", "a2": "readers-a2", "x": "x", "y": "y"}


def test_a_dry_run_changes_nothing(import_list):
    said = import_list(FULL, "--dry-run")
    assert "1 created" in said
    assert "Dry run: nothing was changed." in said
    assert not Group.objects.exists()


def test_a_list_reports_only_its_own_groups_as_gone(import_list):
    import_list("code,name,kind\na,A,user_group\n", name="north.csv")
    said = import_list("code,name,kind\nb,B,user_group\n", name="south.csv")
    assert "no longer" not in said
    said = import_list("code,name,kind\nc,C,user_group\n", name="north.csv")
    assert "north.csv, a: no longer in the file; it stays." in said
    assert Group.objects.count() == 3


@pytest.mark.long
def test_memory_does_not_grow_with_the_file(import_list):
    """Three times the rows, about the same memory: only the keys' short forms are held."""

    def peak(rows):
        content = "code,name,kind\n" + "".join(
            f"g{rows}-{number},Readers {rows} {number},user_group\n" for number in range(rows)
        )
        # What other tests left in this process would make the collector run less often.
        gc.collect()
        gc.freeze()
        # It counts what it last found, and must not count what is frozen.
        gc.collect()
        tracemalloc.start()
        import_list(content)
        _now, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        gc.unfreeze()
        return most

    peak(100)
    # Held rows would make it three times as much; when the collector runs moves it by a half.
    assert peak(3000) < 2 * peak(1000)
