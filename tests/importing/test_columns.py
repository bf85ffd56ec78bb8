"""Cells become values, or a reason."""

from datetime import date
from decimal import Decimal

import pytest

from importing import columns
from importing.problems import BadValue


@pytest.mark.parametrize(
    ("parse", "cell", "value"),
    [
        (columns.flag, "yes", True),
        (columns.flag, "False", False),
        (columns.degrees(90), "40.2895", Decimal("40.28950")),
        (columns.degrees(180), "-180", Decimal("-180.00000")),
        (columns.partial_date, "2013-02", "2013-02"),
        (columns.several(columns.known({"NA", "TZ"}, "country")), "TZ NA TZ", ["TZ", "NA"]),
        (columns.text(50), "=cmd|' /C calc'!A0", "=cmd|' /C calc'!A0"),
        (columns.text(50), "ویکی‌پدیا", "ویکی‌پدیا"),
        (columns.web_address, "https://example.org/a?b=c", "https://example.org/a?b=c"),
        (columns.host, "sw.wikipedia.org", "sw.wikipedia.org"),
        (columns.text(30), "«\u202fquoi\u202f»\u00a0: ceci", "«\u202fquoi\u202f»\u00a0: ceci"),
    ],
)
def test_good_cells(parse, cell, value):
    assert parse(cell) == value


@pytest.mark.parametrize(
    ("parse", "cell", "reason"),
    [
        (columns.flag, "perhaps", "neither yes nor no"),
        (columns.degrees(90), "91", "between -90 and 90"),
        (columns.degrees(90), "40,5", "write a point, not a comma"),
        (columns.degrees(90), "NaN", "not a number of degrees"),
        (columns.degrees(90), "1e3", "not a number of degrees"),
        (columns.degrees(90), "٤٠", "not a number of degrees"),
        (columns.partial_date, "2013-02-30", "not a date"),
        (columns.partial_date, "26.3.2013", "not a date"),
        (columns.known({"NA"}, "country"), "na", "did you mean NA"),
        (columns.several(columns.known({"en"}, "language")), "en xx", "has xx, which is not a la"),
        (columns.several(columns.known({"en"}, "language")), "xx", "^is not a language we know"),
        (columns.choice(["chapter", "user_group"]), "usergroup", "did you mean user_group"),
        (columns.text(3), "four", "is 4 characters long; 3 are allowed"),
        (columns.text(30), "two\nlines", "line break"),
        (columns.text(30), "a\x1b[2Jb", "control character"),
        (columns.code(50), "a b", "without spaces"),
        (columns.code(50), "=1+1", "is not a code"),
        (columns.web_address, "javascript:alert(1)", "web address"),
        (columns.web_address, "https://user:pw@example.org/", "web address"),
        (columns.web_address, "https://[", "web address"),
        (columns.host, "https://example.org", "bare host name"),
        (columns.number(1, 99), "100", "between 1 and 99"),
    ],
)
def test_bad_cells_get_a_reason(parse, cell, reason):
    with pytest.raises(BadValue, match=reason):
        parse(cell)


def test_a_month_and_a_year_have_a_first_and_a_last_day():
    assert columns.first_and_last_day("2020-02") == (date(2020, 2, 1), date(2020, 2, 29))
    assert columns.first_and_last_day("2019") == (date(2019, 1, 1), date(2019, 12, 31))
