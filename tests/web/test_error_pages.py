"""Error pages: in the language of the address, and the one for 500 with nothing behind it."""

import pytest
from django.test import RequestFactory
from django.utils import translation

from web.error_views import server_error


@pytest.mark.parametrize(
    ("language", "expected"), [("en", '<html lang="en" dir="ltr">'), ("ar", 'lang="ar" dir="rtl"')]
)
def test_a_failure_is_told_without_a_database(language, expected):
    # No database is allowed in this test: pytest-django refuses each query.
    with translation.override(language):
        response = server_error(RequestFactory().get(f"/{language}/"))
    html = response.content.decode()
    assert response.status_code == 500
    assert expected in html
    assert html.count("<h1") == 1
    assert "css/site.css" in html


@pytest.mark.django_db
@pytest.mark.parametrize(("language", "direction"), [("en", "ltr"), ("ar", "rtl")])
def test_a_missing_page_speaks_the_language_of_its_address(client, language, direction):
    response = client.get(f"/{language}/nothing-here/")
    html = response.content.decode()
    assert response.status_code == 404
    assert f'<html lang="{language}" dir="{direction}">' in html
    assert 'content="noindex"' in html
    assert f'href="/{language}/"' in html


@pytest.mark.django_db
def test_an_unreadable_request_is_answered_in_the_language_of_its_address(client):
    client.get("/en/")
    html = client.get("/ar/?q=%00").content.decode()
    assert '<html lang="ar" dir="rtl">' in html
