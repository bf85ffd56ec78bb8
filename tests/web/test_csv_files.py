"""Tables as files: what a spreadsheet reads."""

import csv
import io

import pytest

from web.csv_files import as_file


def read(response) -> list[list[str]]:
    text = b"".join(response.streaming_content).decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text, newline="")))


@pytest.mark.parametrize("sign", ["=", "+", "-", "@", "\t", "\r"])
def test_no_cell_is_a_formula(sign):
    cell = f'{sign}HYPERLINK("https://example.org")'
    assert read(as_file([[cell]], name="a.csv")) == [[f"'{cell}"]]


def test_everything_else_arrives_as_it_is():
    line = ["جمعية", "a, b", 'say "so"', "two\nlines", "a=b", -5, 0, ""]
    assert read(as_file([line, ["x"]], name="a.csv")) == [[str(cell) for cell in line], ["x"]]


def test_it_is_a_file_that_spreadsheets_take_for_utf_8():
    response = as_file([["a"]], name="relays.csv")
    assert response["Content-Disposition"] == 'attachment; filename="relays.csv"'
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    assert b"".join(response.streaming_content).startswith(b"\xef\xbb\xbf")


def test_lines_are_taken_one_by_one():
    taken = []

    def lines():
        for number in range(3):
            taken.append(number)
            yield [number]

    parts = iter(as_file(lines(), name="a.csv").streaming_content)
    next(parts)
    next(parts)
    assert taken == [0]
