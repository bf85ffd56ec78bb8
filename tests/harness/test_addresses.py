"""Every address says whom it is for, and every admin page too."""

from django.contrib import admin

from web.policies import POLICIES

from .addresses import all_addresses


def test_every_view_declares_a_policy():
    without = [
        f"{address.route} ({address.name})"
        for address in all_addresses()
        if not address.is_admin and address.policy not in POLICIES
    ]
    assert without == []


def test_every_model_admin_declares_its_policy():
    without = [
        str(model_admin)
        for model_admin in admin.site._registry.values()
        if getattr(model_admin, "access_policy", None) not in POLICIES
    ]
    assert without == []


def test_every_address_has_a_name():
    assert [a.route for a in all_addresses() if not a.name and not a.is_admin] == []
