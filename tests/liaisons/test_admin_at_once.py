"""Two people at the same form of the admin."""

import re

import pytest
from django.contrib.auth.models import Group as Role
from django.urls import reverse

from config import roles
from liaisons.models import ContactRule, Group, User
from tests.factories import GroupFactory, RegionFactory, UserFactory
from tests.liaisons.test_races import all_at_once, version_row  # noqa: F401

SAID = "Somebody else saved this while you had it open"
NO_LANGUAGES = {"language_skills-TOTAL_FORMS": 0, "language_skills-INITIAL_FORMS": 0}


def opened(client, address):
    """What the form at this address says it has seen."""
    return re.search(r'name="seen" value="([^"]*)"', client.get(address).text).group(1)


@pytest.fixture
def two(db, as_person):
    """Two superusers, each with a browser."""
    return [as_person(UserFactory(admin=True)) for _number in range(2)]


def test_of_two_who_change_roles_the_second_knows(two, dave):
    roles.make_roles()
    reviewer, editor = Role.objects.get(name=roles.REVIEWER), Role.objects.get(name=roles.EDITOR)
    address = reverse("admin:liaisons_user_change", args=[dave.pk])
    forms = [
        {"seen": opened(client, address), "is_active": "on", "groups": [role.pk], **NO_LANGUAGES}
        for client, role in zip(two, (reviewer, editor), strict=True)
    ]
    assert two[0].post(address, forms[0]).status_code == 302
    assert SAID in two[1].post(address, forms[1]).text
    assert list(dave.groups.all()) == [reviewer]
    forms[1]["seen"] = opened(two[1], address)
    assert two[1].post(address, forms[1]).status_code == 302
    assert list(dave.groups.all()) == [editor]


def test_of_two_who_change_a_rule_the_second_knows(two):
    team = UserFactory.create_batch(3, core_team=True)
    rule = ContactRule.objects.create(contact=team[0])
    address = reverse("admin:liaisons_contactrule_change", args=[rule.pk])
    forms = [
        {"seen": opened(client, address), "contact": contact.pk}
        for client, contact in zip(two, team[1:], strict=True)
    ]
    assert two[0].post(address, forms[0]).status_code == 302
    assert SAID in two[1].post(address, forms[1]).text
    assert ContactRule.objects.get().contact == team[1]


def test_of_two_who_change_a_group_the_second_knows(two):
    group = GroupFactory()
    address = reverse("admin:liaisons_group_change", args=[group.pk])
    forms = [
        {"seen": opened(client, address), "name": name, "kind": group.kind, "status": "active"}
        for client, name in zip(two, ("First", "Second"), strict=True)
    ]
    assert two[0].post(address, forms[0]).status_code == 302
    assert SAID in two[1].post(address, forms[1]).text
    assert Group.objects.get().name == "First"


@pytest.mark.django_db(transaction=True)
def test_of_many_who_make_one_rule_at_once_all_but_one_read_that_it_is_there(as_person):
    RegionFactory(code="SSA")
    contact = UserFactory(core_team=True)
    address = reverse("admin:liaisons_contactrule_add")
    clients = [as_person(UserFactory(admin=True)) for _number in range(6)]
    for client in clients:
        client.raise_request_exception = False
    add = [
        lambda client=client: client.post(address, {"region": "SSA", "contact": contact.pk})
        for client in clients
    ]
    answers = all_at_once(add)
    assert sorted(answer.status_code for answer in answers) == [200] * 5 + [302]
    said = [answer for answer in answers if answer.status_code == 200]
    assert all("There is a rule for this region and language already." in one.text for one in said)
    assert ContactRule.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_of_two_who_save_at_the_same_moment_the_second_knows(as_person, dave):
    roles.make_roles()
    chosen = list(Role.objects.filter(name__in=[roles.REVIEWER, roles.EDITOR]))
    address = reverse("admin:liaisons_user_change", args=[dave.pk])
    clients = [as_person(UserFactory(admin=True)) for _role in chosen]
    forms = [
        {"seen": opened(client, address), "is_active": "on", "groups": [role.pk], **NO_LANGUAGES}
        for client, role in zip(clients, chosen, strict=True)
    ]
    answers = all_at_once(
        [
            lambda client=client, form=form: client.post(address, form)
            for client, form in zip(clients, forms, strict=True)
        ]
    )
    assert sorted(answer.status_code for answer in answers) == [200, 302]
    assert User.objects.get(pk=dave.pk).groups.count() == 1
