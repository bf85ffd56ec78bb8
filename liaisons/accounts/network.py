"""Where a request comes from, for limits."""

from allauth.core.internal.ratelimit import get_ip


def network_address(request) -> str:
    """The client's address, past the proxies that TRUSTED_PROXY_COUNT names; IPv6 as its /64."""
    return get_ip(request)
