"""Who is not public by name is named on no public page; who is, is named until erased."""

import pytest
from django.test import Client
from django.urls import reverse

from liaisons.models import User
from tests.factories import MandateFactory, UserFactory
from web import content_version
from web.models import Installation

pytestmark = pytest.mark.django_db

HIDDEN = "Hidden Holder"
PAGES = [
    lambda: reverse("home"),
    lambda: reverse("outreach_map:group_list"),
    lambda: reverse("outreach_map:group_detail", args=["swahili"]),
    lambda: reverse("outreach_map:map") + "?country=TZ",
    lambda: reverse("outreach_map:geojson"),
    lambda: reverse("liaisons:join") + "?group=swahili",
]


@pytest.fixture
def hidden_people(swahili, frank):
    """A hidden holder, a hidden former holder, and a hidden applicant, with their wiki names."""
    for trait in ({"confirmed": True, "deputy": True}, {"ended": True}, {}):
        person = UserFactory(display_name=HIDDEN, wiki_username=HIDDEN)
        MandateFactory(person=person, group=swahili, **trait)
    undecided = UserFactory(display_name=HIDDEN, is_public_by_name=None)
    MandateFactory(person=undecided, group=swahili, confirmed=True, deputy=True)


@pytest.mark.parametrize("page", PAGES)
def test_hidden_names_are_on_no_public_page(hidden_people, page):
    answer = Client().get(page())
    assert answer.status_code == 200
    assert HIDDEN not in b"".join(answer).decode()


@pytest.mark.parametrize("page", PAGES)
def test_applicants_are_on_no_public_page_even_by_name(swahili, page):
    MandateFactory(person=UserFactory(by_name=True, display_name="Open Applicant"), group=swahili)
    assert "Open Applicant" not in b"".join(Client().get(page())).decode()


def test_the_group_still_shows_that_it_has_a_liaison(hidden_people):
    page = Client().get(reverse("outreach_map:group_detail", args=["swahili"])).text
    assert "has a liaison, not shown by name" in page


def test_a_name_goes_at_once_with_the_choice(alice, swahili):
    address = reverse("outreach_map:group_detail", args=["swahili"])
    assert "Alice" in Client().get(address).text
    User.objects.filter(pk=alice.pk).update(is_public_by_name=False)
    content_version.bump()
    assert "Alice" not in Client().get(address).text


def test_a_closed_account_leaves_the_kept_pages_at_once(alice, frank, as_person, client):
    Installation.objects.update_or_create(pk=1, defaults={"is_demo": True})
    page = reverse("outreach_map:group_detail", args=["swahili"])
    assert "Alice" in client.get(page).text
    form = {"language_skills-TOTAL_FORMS": "0", "language_skills-INITIAL_FORMS": "0"}
    closed = as_person(frank).post(reverse("admin:liaisons_user_change", args=[alice.pk]), form)
    assert closed.status_code == 302
    assert "Alice" not in client.get(page).text
