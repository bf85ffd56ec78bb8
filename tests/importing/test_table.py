"""Reading CSV files: what comes in, and what wrong files are told."""

import csv
import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from importing.columns import Column, text
from importing.problems import Problems, Refused
from importing.table import LONGEST_LINE, Table

COLUMNS = [
    Column("code", text(50), filled=True),
    Column("name", text(200), filled=True),
    Column("country", text(2), needed=False),
]


def read(tmp_path, content: bytes, *, strict=True):
    path = tmp_path / "groups.csv"
    path.write_bytes(content)
    problems = Problems("groups.csv")
    try:
        rows = list(Table(path, COLUMNS, strict=strict).rows(problems))
    except Refused:
        rows = []
    return rows, problems


GOOD = "code,name\na,Ärzte\nb,مجموعة\n"


@pytest.mark.parametrize(
    "content",
    [
        GOOD.encode(),
        b"\xef\xbb\xbf" + GOOD.encode(),
        GOOD.replace(",", ";").encode(),
        b"\xef\xbb\xbf" + GOOD.replace(",", ";").encode(),
        GOOD.replace("\n", "\r\n").encode(),
        GOOD.replace("\n", "\r").encode(),
        GOOD.rstrip("\n").encode(),
        ("\n\n" + GOOD + "\n,\n\n").encode(),
        GOOD.replace("code,name", ' Code ,"NAME"').encode(),
    ],
    ids=["plain", "bom", "semicolon", "bom-semicolon", "crlf", "cr", "no-end", "blanks", "header"],
)
def test_every_usual_form_of_a_file_is_read_alike(tmp_path, content):
    rows, problems = read(tmp_path, content)
    assert problems.lines() == []
    assert [row.cells for row in rows] == [
        {"code": "a", "name": "Ärzte"},
        {"code": "b", "name": "مجموعة"},
    ]


def test_a_row_knows_the_line_it_begins_on(tmp_path):
    rows, _problems = read(tmp_path, b'code,name\na,"two\nlines"\n\nb,one\n')
    assert [row.line for row in rows] == [2, 5]


WRONG = {
    "nothing": (b"", "The file is empty"),
    "only blank lines": (b"\n\n \n", "The file is empty"),
    "no header": (b"a,Readers\nb,Writers\n", "The first line must name the columns: code, name"),
    "missing column": (b"code,country\na,TZ\n", "column name: is missing from the header"),
    "misspelt column": (b"code,nmae\na,b\n", "Is it the one called nmae?"),
    "unknown column": (b"code,name,contry\na,b,TZ\n", "Did you mean country?"),
    "column named twice": (b"code,name,name\na,b,c\n", "is named twice in the header"),
    "too few values": (b"code,name\na\n", "line 2: has 1 value; the header names 2 columns"),
    "too many values": (b"code,name\na,b,c\n", "line 2: has 3 values"),
    "another encoding": ("code,name\na,b\nc,Café\n".encode("latin-1"), "line 3: is not UTF-8"),
    "utf-16": (GOOD.encode("utf-16"), "This is UTF-16. Save it as “CSV UTF-8”"),
    "spreadsheet": (b"PK\x03\x04rest", "This is a spreadsheet or zip file"),
    "nul": (b"code,name\na,b\x00c\n", "line 2: contains a NUL character"),
    "open quote": (b'code,name\na,"b\nc,d\n', "line 2: begins a value in quotation marks"),
    "text after quote": (b'code,name\na,"b"c\n', "line 2: has text after a closing quotation mark"),
    "huge value": (b"code,name\na," + b"x" * 150_000 + b"\n", "line 2: has a value that is far"),
    "huge line": (b"code,name\n" + b"x" * (LONGEST_LINE + 9), "line 2: is longer than 200,000"),
}


@pytest.mark.parametrize(("content", "sentence"), WRONG.values(), ids=WRONG)
def test_a_wrong_file_is_told_what_is_wrong(tmp_path, content, sentence):
    _rows, problems = read(tmp_path, content)
    assert sentence in "\n".join(problems.lines())


def test_an_open_quote_does_not_swallow_a_long_file(tmp_path):
    content = b'code,name\na,"b\n' + b"c,d\n" * 200_000
    _rows, problems = read(tmp_path, content)
    assert "line 2: begins a value in quotation marks" in problems.lines()[0]


def test_a_missing_file_and_a_folder_are_told_apart(tmp_path):
    for path, sentence in [(tmp_path / "no.csv", "no such file"), (tmp_path, "Not a file")]:
        problems = Problems("x")
        with pytest.raises(Refused, match=sentence):
            list(Table(path, COLUMNS, strict=True).rows(problems))


def test_reference_data_may_have_columns_we_do_not_read(tmp_path):
    rows, problems = read(tmp_path, b"code,name,notes\na,b,c\n", strict=False)
    assert problems.count == 0
    assert rows[0].cells["notes"] == "c"


def test_problems_are_shown_without_control_characters_and_in_a_bounded_number():
    problems = Problems("groups.csv")
    for line in range(500):
        problems.add("is bad.", line=line + 2, column="name", value="\x1b[2J" + "x" * 500)
    lines = problems.lines()
    assert len(lines) == 101
    assert lines[-1] == "groups.csv: and 400 more problems."
    assert "\x1b" not in "".join(lines)
    assert max(map(len, lines)) < 200


cells = st.text(
    st.characters(exclude_characters="\0", exclude_categories=["Cs"]), min_size=1, max_size=20
).filter(str.strip)


@given(
    table=st.lists(st.tuples(cells, cells), max_size=20),
    delimiter=st.sampled_from(",;"),
    bom=st.booleans(),
)
@settings(max_examples=200, deadline=None)
def test_what_a_spreadsheet_writes_comes_back_as_it_was(tmp_path_factory, table, delimiter, bom):
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, delimiter=delimiter)
    writer.writerows([("code", "name"), *table])
    content = stream.getvalue().encode("utf-8-sig" if bom else "utf-8")
    rows, problems = read(tmp_path_factory.mktemp("csv"), content)
    assert problems.lines() == []
    assert [(row.cells["code"], row.cells["name"]) for row in rows] == table


@given(
    content=st.binary(max_size=300) | st.text('codename,;"\n\r\0 ä', max_size=300).map(str.encode)
)
@settings(max_examples=300, deadline=None)
def test_no_file_whatever_it_holds_breaks_the_reader(tmp_path_factory, content):
    rows, problems = read(tmp_path_factory.mktemp("csv"), content)
    assert problems.count or all(set(row.cells) >= {"code", "name"} for row in rows)
