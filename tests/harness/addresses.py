"""All addresses of the product, by walking the resolver: what the rest of the harness goes over."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver


@dataclass(frozen=True)
class Address:
    """One URL pattern: its full name (with namespaces), its route, its view and its parameters."""

    name: str
    route: str
    view: Any
    parameters: tuple[str, ...]

    @property
    def policy(self) -> str | None:
        """The policy the view declares, if any; a class-based view may carry it on its class."""
        declared = getattr(self.view, "policy", None)
        return declared or getattr(getattr(self.view, "view_class", None), "policy", None)

    @property
    def is_admin(self) -> bool:
        return self.name.startswith("admin:") or self.route.startswith("admin/")


def all_addresses() -> list[Address]:
    """Every URL pattern of the product."""
    return list(_walk(get_resolver(), "", ""))


# What Django's admin has of its own, and the pages it makes for each model.
_DJANGOS = {
    "index", "login", "logout", "password_change", "password_change_done", "autocomplete",
    "jsi18n", "view_on_site", "app_list",
}  # fmt: skip
_OF_A_MODEL = ("_changelist", "_add", "_change", "_delete", "_history", "_password_change")


def own_admin_pages() -> list[Address]:
    """The pages of the admin that are ours: no list and no form that Django makes of a model."""
    return [
        address
        for address in all_addresses()
        if address.name.startswith("admin:")
        and address.name.removeprefix("admin:") not in _DJANGOS
        and not address.name.endswith(_OF_A_MODEL)
    ]


def _walk(resolver: URLResolver, prefix: str, namespace: str) -> Iterator[Address]:
    for entry in resolver.url_patterns:
        route = prefix + str(entry.pattern)
        if isinstance(entry, URLResolver):
            inner = f"{namespace}{entry.namespace}:" if entry.namespace else namespace
            yield from _walk(entry, route, inner)
        elif isinstance(entry, URLPattern):
            yield Address(
                name=f"{namespace}{entry.name}" if entry.name else "",
                route=route,
                view=entry.callback,
                parameters=tuple(entry.pattern.converters),
            )
