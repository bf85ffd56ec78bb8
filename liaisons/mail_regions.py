"""The region of each reader of an edition: of the group they speak for, else their own."""

from django.db.models import OuterRef, Subquery
from django.db.models.functions import Coalesce

from .models import Mandate, Region


def region_of(recipient: str):
    """An expression: the code of the region, for the path to a recipient (``recipient__``)."""
    held = Mandate.objects.active().filter(person=OuterRef(f"{recipient}user")).order_by("pk")
    return Coalesce(
        Subquery(held.values("group__region")[:1]),
        Subquery(held.values("group__country__region")[:1]),
        f"{recipient}user__country__region",
    )


def names_of(codes: list[str]) -> dict[str, str]:
    """What the regions are called."""
    return {region.code: str(region) for region in Region.objects.filter(code__in=codes)}
