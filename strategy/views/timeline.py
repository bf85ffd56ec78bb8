"""The timeline for everyone: where we are, what is next, and everything else."""

from django.shortcuts import render

from web import installation
from web.public_pages import public_page

from .. import timeline


@public_page
def timeline_page(request):
    """All entries of the process by year, with the ones running now marked."""
    shift_days = installation.current().shift_days
    entries = timeline.entries(shift_days=shift_days)
    return render(
        request,
        "strategy/timeline.html",
        {
            "line": timeline.around_now(entries),
            "standing": timeline.now_and_next(entries),
            "years": _by_year(entries),
            "updates": timeline.updates_by_entry(),
            "shift_days": shift_days,
        },
    )


def _by_year(entries):
    """``[(year, entries that begin in it)]``, the earliest year first."""
    years: dict[int, list] = {}
    for item in entries:
        years.setdefault(item.starts_on.year, []).append(item)
    return list(years.items())
