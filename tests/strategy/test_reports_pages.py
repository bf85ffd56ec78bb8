"""Reports and statements as everyone reads them."""

import pytest

from tests.strategy.factories import reported


@pytest.fixture
def report(alice, swahili):
    return reported(alice.mandates.get(), "Training comes first.", "Write in plain words.")


def test_a_report_shows_its_statements_with_their_addresses(client, report):
    page = client.get(report.get_absolute_url()).content.decode()
    assert "Training comes first." in page
    assert f'id="{report.ref}.1"' in page
    assert f"/en/statements/{report.ref}.2/" in page


@pytest.mark.parametrize("path", ["/en/reports/", "/en/statements/", "/en/statements/?q=plain"])
def test_lists_show_what_was_said(client, report, path):
    assert report.ref in client.get(path).content.decode()


def test_each_statement_has_a_page(client, report):
    page = client.get(f"/en/statements/{report.ref}.2/").content.decode()
    assert "Write in plain words." in page
    assert client.get(f"/en/reports/{report.ref}/versions/1/").status_code == 200
    assert client.get(f"/{report.ref}.2").url == f"/en/statements/{report.ref}.2/"
