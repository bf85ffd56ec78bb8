"""How long it takes to find groups among 1,000 and among 10,000."""

import django

django.setup()

from django.db import connection  # noqa: E402

from benchmarks import many_groups, measure  # noqa: E402
from liaisons.group_search import search  # noqa: E402

QUERIES = {
    "a name": "wikimedia deutschland",
    "part of a name": "wikiped",
    "another script": "ويكيبيديا",
    "a country in Japanese": "タンザニア",
    "a code": "swwiki",
    "a typing error": "wikimeda indonsia",
    "nothing like it": "qzxjk vwqpz",
}
SIZES = (1_000, 10_000)
ROUNDS = 15


def main() -> None:
    """Measure each query at each size and report."""
    rows, figures = [], {}
    for size in SIZES:
        many_groups.have(size)
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE liaisons_group")
        taken = measure.in_turn(
            {name: lambda query=query: list(search(query)) for name, query in QUERIES.items()},
            rounds=ROUNDS,
        )
        rows += [(f"{size}: {name}", 1000 * time) for name, time in taken.items()]
        in_order = sorted(1000 * time for time in taken.values())
        figures[f"search.{size}.ms"] = in_order[len(in_order) // 2]
        figures[f"search.{size}.slowest_ms"] = in_order[-1]
    measure.report("Finding a group", ("groups: query", "ms"), rows, figures, ROUNDS)


if __name__ == "__main__":
    main()
