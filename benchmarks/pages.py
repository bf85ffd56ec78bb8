"""Public pages against an empty Django view that returns the same bytes from the same server.

Kept, as most readers get them; rendered anew, with the figures at hand that are kept between
pages; and as the first reader after a change gets them, with nothing at hand.
"""

import http.client
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import django

django.setup()

from benchmarks import many_groups, measure  # noqa: E402
from liaisons.models import Group  # noqa: E402
from script.run.detached import free_port  # noqa: E402

SIZES = (1_000, 10_000)
READERS = 3  # connections at once: enough to keep the one process of the server busy
REQUESTS = 100  # of each reader, in each round of a page that costs little
FEW_REQUESTS = 4  # where each is rendered


def addresses() -> dict[str, str]:
    """The pages to measure, by the name in their keys."""
    slug = Group.objects.listed().order_by("slug").values_list("slug", flat=True)[0]
    return {
        "home": "/en/",
        "groups": "/en/groups/",
        "group": f"/en/groups/{slug}/",
        "map": "/en/map/",
        "updates": "/en/updates/",
        "timeline": "/en/timeline/",
    }


def main() -> None:
    """Measure each page in each way beside the empty view, and report."""
    folder = Path(os.environ["BENCH_FOLDER"])
    rows, figures, fresh_at = [], {}, {}
    for size in SIZES:
        many_groups.have(size)
        with (
            server() as kept,
            server(BENCH_KEEPS="figures") as fresh,
            server(BENCH_KEEPS="nothing") as first,
        ):
            for name, address in addresses().items():
                (folder / name).write_bytes(read_once(fresh, address))
                taken = measure.in_turn(
                    {
                        "empty": lambda name=name: read(kept, f"/bench/{name}", REQUESTS),
                        "kept": lambda address=address: read(kept, address, REQUESTS),
                        "fresh": lambda address=address: read(fresh, address, FEW_REQUESTS),
                        "first": lambda address=address: read(first, address, FEW_REQUESTS),
                    }
                )
                rate = {
                    way: READERS * (FEW_REQUESTS if way in ("fresh", "first") else REQUESTS) / time
                    for way, time in taken.items()
                }
                fresh_at[name, size] = rate["fresh"]
                kilobytes = (folder / name).stat().st_size / 1000
                rows.append((f"{name}, {size} groups", kilobytes, *rate.values()))
                if size == SIZES[0]:
                    figures[f"pages.{name}.kept_vs_empty"] = rate["kept"] / rate["empty"]
                    figures[f"pages.{name}.fresh_vs_empty"] = rate["fresh"] / rate["empty"]
                    figures[f"pages.{name}.first_vs_empty"] = rate["first"] / rate["empty"]
    for name in addresses():
        figures[f"pages.{name}.flatness"] = fresh_at[name, SIZES[1]] / fresh_at[name, SIZES[0]]
    columns = ("page", "kB", "empty /s", "kept /s", "anew /s", "first /s")
    measure.report("Public pages, requests in a second from one process", columns, rows, figures)


@contextmanager
def server(**environment: str) -> Iterator[int]:
    """One gunicorn process with the product; gives its port."""
    port = free_port()
    command = [sys.executable, "-m", "gunicorn", "config.wsgi", "--bind", f"127.0.0.1:{port}"]
    options = ["--workers", "1", "--threads", str(READERS), "--keep-alive", "75"]
    process = subprocess.Popen(
        [*command, *options, "--log-level", "error"], env={**os.environ, **environment}
    )
    try:
        deadline = time.monotonic() + 60
        while True:
            try:
                read_once(port, "/healthz")
                break
            except OSError:
                if process.poll() is not None or time.monotonic() > deadline:
                    raise
                time.sleep(0.1)
        yield port
    finally:
        process.terminate()
        process.wait()


def read(port: int, address: str, requests: int) -> None:
    """Ask for a page ``requests`` times on each of several connections at once."""

    def one_reader(_number: int) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        for _ in range(requests):
            get(connection, address)
        connection.close()

    with ThreadPoolExecutor(READERS) as pool:
        list(pool.map(one_reader, range(READERS)))


def read_once(port: int, address: str) -> bytes:
    """The bytes of a page."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        return get(connection, address)
    finally:
        connection.close()


def get(connection: http.client.HTTPConnection, address: str) -> bytes:
    """One answer; anything but 200 ends the benchmark, which would measure nothing."""
    connection.request("GET", address)
    answer = connection.getresponse()
    content = answer.read()
    if answer.status != 200:
        raise RuntimeError(f"{address} answered {answer.status}")
    return content


if __name__ == "__main__":
    main()
