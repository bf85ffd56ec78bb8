"""The headers of every answer: of pages, and of errors, redirects, refusals and the admin."""

import pytest
from django.contrib import admin
from django.urls import reverse

from .addresses import all_addresses
from .visits import path_of, undone


def faults_of(response) -> list[str]:
    """What an answer lacks, whatever its status is."""
    policy = response.get("Content-Security-Policy", "")
    wanted = {
        "a security policy": "default-src 'none'" in policy,
        "no unsafe-inline or unsafe-eval": "unsafe" not in policy,
        "no frames": "frame-ancestors 'none'" in policy,
        "no base": "base-uri 'none'" in policy,
        "nosniff": response.get("X-Content-Type-Options") == "nosniff",
        "a referrer policy": response.get("Referrer-Policy") in {"same-origin", "no-referrer"},
        "an opener policy": response.get("Cross-Origin-Opener-Policy") == "same-origin",
    }
    return [name for name, is_there in wanted.items() if not is_there]


def cookie_faults(response) -> list[str]:
    """Cookies that a script can read, or that go along to us from other sites."""
    return [
        f"cookie {name}: {morsel.OutputString()}"
        for name, morsel in response.cookies.items()
        # One that is taken back has no value to steal.
        if morsel.value and (not morsel["httponly"] or morsel["samesite"] not in {"Lax", "Strict"})
    ]


@pytest.mark.parametrize("role", ["anonymous", "member", "superuser"])
def test_refusals_and_redirects_carry_them_too(role, world, browser):
    client = browser(role)
    client.raise_request_exception = False
    wrong, codes = {}, set()
    for address in all_addresses():
        if address.is_admin:
            continue
        path = path_of(address, world)
        for method in ("get", "post", "put", "options"):
            response = undone(client, method, path)
            codes.add(response.status_code)
            if faults := faults_of(response) + cookie_faults(response):
                wrong[f"{method} {path} {response.status_code}"] = faults
            is_kept = "public" in response.get("Cache-Control", "")
            if role != "anonymous" and is_kept and response.status_code == 200:
                is_data = not response["Content-Type"].startswith("text/html")
                assert is_data or address.policy == "machine", path
    assert wrong == {}
    assert {200, 302, 405} <= codes


@pytest.mark.parametrize(
    "path",
    ["/en/nothing/", "/nothing", "/en/groups/nothing/", "/en/updates/?q=%00", "/admin/nothing/"],
)
def test_errors_carry_them_too(path, client, world):
    response = client.get(path)
    assert response.status_code in {302, 400, 404}
    assert faults_of(response) == []
    assert "public" not in response.get("Cache-Control", "")


def test_the_admin_carries_them_and_is_never_kept(world, browser):
    client = browser("superuser")
    wrong = {}
    for model in admin.site._registry:
        stem = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        row = model._default_manager.order_by("pk").first()
        paths = [reverse(f"{stem}_changelist")]
        if row is not None:
            paths.append(reverse(f"{stem}_change", args=[row.pk]))
        for path in paths:
            response = client.get(path)
            faults = faults_of(response) + cookie_faults(response)
            if "no-store" not in response.get("Cache-Control", ""):
                faults.append("may be kept")
            if faults:
                wrong[path] = faults
    assert wrong == {}
