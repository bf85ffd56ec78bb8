"""The three-way merge: who wins, and what is remembered."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from importing.merge import merge

CASES = {
    # what happened: (product, imported last, file now) → (written, remembered, kept)
    "nothing": (("a", "a", "a"), ({}, "a", [])),
    "file changed": (("a", "a", "b"), ({"f": "b"}, "b", [])),
    "product edited": (("x", "a", "a"), ({}, "a", ["f"])),
    "both changed": (("x", "a", "b"), ({}, "a", ["f"])),
    "both the same way": (("b", "a", "b"), ({}, "b", [])),
    "emptied in the product": ((None, "a", "a"), ({}, "a", ["f"])),
    "emptied in the file": (("a", "a", None), ({"f": None}, None, [])),
}


@pytest.mark.parametrize(("before", "after"), CASES.values(), ids=CASES)
def test_who_wins(before, after):
    product, last, new = before
    write, remember, keep = merge({"f": product}, {"f": last}, {"f": new})
    assert (write, remember["f"], keep) == after


def test_a_value_never_imported_comes_in_only_where_there_is_none():
    assert merge({"f": None}, {}, {"f": "new"})[0] == {"f": "new"}
    assert merge({"f": "own"}, {}, {"f": "new"})[2] == ["f"]


values = st.sampled_from([None, "a", "b", "c"])


@given(product=values, last=values, new=values)
def test_a_second_run_writes_nothing_and_keeps_the_same(product, last, new):
    write, remember, keep = merge({"f": product}, {"f": last}, {"f": new})
    now = {"f": write.get("f", product)}
    assert merge(now, remember, {"f": new}) == ({}, remember, keep)


@given(product=values, last=values, new=values)
def test_what_people_edited_is_never_written_over(product, last, new):
    write, _remember, _keep = merge({"f": product}, {"f": last}, {"f": new})
    assert product == last or not write
