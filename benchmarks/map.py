"""Our map in a browser, against a bare Leaflet and Supercluster page with the same points.

Both pages come from the same server, one after the other, into an empty browser. *Usable* is when
clusters stand on the map and a zoom, asked for as soon as they do, is done and painted. Nothing
is animated, so that no waiting is counted. At 10,000 every group has a place.
"""

import os
import shutil
import statistics
import subprocess
from dataclasses import dataclass
from pathlib import Path

import django

# Here and for the servers started below: static files as a real installation has them.
os.environ["BENCH_STATIC"] = "1"
django.setup()

from django.core.management import call_command  # noqa: E402
from playwright.sync_api import Browser, sync_playwright  # noqa: E402

from benchmarks import many_groups, measure  # noqa: E402
from benchmarks.pages import server  # noqa: E402
from config.embedded import ROOT  # noqa: E402
from script.run.screenshot import CHROMIUM_NAMES, CHROMIUM_OPTIONS  # noqa: E402

PAGES = {"ours": "/en/map/", "bare": "/bench/bare_map"}
SIZES = (1_000, 10_000)
SLOWED = {"": 1, "slowed four times": 4}
ROUNDS = 5
# A page that is not usable by then never will be.
WAIT = "Promise.race([window.usable, new Promise((late) => setTimeout(late, 60000, null))])"

WATCH = """
(() => {
  const noted = {};
  let finish;
  window.usable = new Promise((done) => (finish = done));
  const painted = (then) => requestAnimationFrame(() => setTimeout(then));
  const markers = () => [...document.querySelectorAll(".leaflet-marker-icon")];
  let before = null;
  const look = () => {
    if (!noted.shapes && document.querySelector(".map__country")) noted.shapes = performance.now();
    const there = markers();
    if (!there.length) return;
    if (!before) {
      before = new Set(there);
      painted(() => {
        noted.visible = performance.now();
        before = new Set(markers());
        document.querySelector(".leaflet-control-zoom-in").click();
      });
    } else if (noted.visible && !noted.zoomed && there.some((marker) => !before.has(marker))) {
      noted.zoomed = true;
      painted(() => finish(noted, (noted.usable = performance.now())));
    }
  };
  new MutationObserver(look).observe(document, { childList: true, subtree: true });
})();
"""


@dataclass(frozen=True)
class Visit:
    """One page opened once; times are milliseconds from the start of the navigation."""

    visible: float
    usable: float
    everything: float
    kilobytes: float


def main() -> None:
    """Open both pages in turn, at both sizes and both speeds of the processor, and report."""
    folder = Path(os.environ["BENCH_FOLDER"])
    _build(folder)
    rows: list[tuple[object, ...]] = []
    figures: dict[str, float] = {}
    with sync_playwright() as playwright:
        program = next(filter(None, map(shutil.which, CHROMIUM_NAMES)))
        browser = playwright.chromium.launch(executable_path=program, args=[*CHROMIUM_OPTIONS])
        for size in SIZES:
            # The browser's event loop runs in this thread.
            os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
            many_groups.have(size, placed=size > SIZES[0])
            with server() as port:
                for words, factor in SLOWED.items():
                    visits = _in_turn(browser, port, factor)
                    for name, seen in visits.items():
                        label = ", ".join(filter(None, [f"{size} groups", name, words]))
                        rows.append((label, *(round(value) for value in seen)))
                    ours, bare = visits["ours"], visits["bare"]
                    slow = "slow_" if factor > 1 else ""
                    figures[f"map.{size}.{slow}usable_ms"] = ours[1]
                    figures[f"map.{size}.{slow}vs_bare"] = ours[1] / bare[1]
                    figures[f"map.{size}.kb"] = ours[3]
                    figures[f"map.{size}.bare_kb"] = bare[3]
        browser.close()
    columns = ("page", "clusters ms", "usable ms", "all drawn ms", "kB")
    measure.report("The map in a browser", columns, rows, figures, ROUNDS)


def _build(folder: Path) -> None:
    """Bundle the bare page from the same packages, and compress all static files."""
    source, target = ROOT / "benchmarks/bare_map", folder / "bare/bare_map"
    esbuild = ROOT / "node_modules/.bin/esbuild"
    options = ["--bundle", "--minify", "--format=esm", "--loader:.png=dataurl", "--log-level=error"]
    subprocess.run(
        [esbuild, source / "map.js", *options, f"--outdir={target}"],
        check=True,
        cwd=ROOT,
    )
    (folder / "bare_map").write_bytes((source / "page.html").read_bytes())
    call_command("collectstatic", interactive=False, clear=True, verbosity=0)


def _in_turn(browser: Browser, port: int, factor: int) -> dict[str, tuple[float, ...]]:
    """The medians of each page's visits; a first one of each does not count."""
    visits: dict[str, list[Visit]] = {name: [] for name in PAGES}
    for number in range(ROUNDS + 1):
        for name, address in PAGES.items():
            visit = _visit(browser, f"http://127.0.0.1:{port}{address}", factor)
            if number:
                visits[name].append(visit)
    return {
        name: tuple(
            statistics.median(getattr(visit, part) for visit in those)
            for part in ("visible", "usable", "everything", "kilobytes")
        )
        for name, those in visits.items()
    }


def _visit(browser: Browser, address: str, factor: int) -> Visit:
    """Open a page in a browser that has kept nothing, zoom, and count what was transferred."""
    context = browser.new_context(
        viewport={"width": 1280, "height": 900}, reduced_motion="reduce", locale="en"
    )
    page = context.new_page()
    page.add_init_script(WATCH)
    protocol = context.new_cdp_session(page)
    protocol.send("Network.enable")
    lengths: list[int] = []
    protocol.on("Network.loadingFinished", lambda it: lengths.append(it["encodedDataLength"]))
    protocol.send("Emulation.setCPUThrottlingRate", {"rate": factor})
    page.goto(address, wait_until="commit")
    if not page.evaluate(WAIT):
        raise RuntimeError(f"{address} showed no clusters, or did not zoom.")
    page.wait_for_load_state("networkidle")
    noted = page.evaluate("window.usable")
    context.close()
    everything = max(noted["usable"], noted.get("shapes", 0))
    return Visit(noted["visible"], noted["usable"], everything, sum(lengths) / 1000)


if __name__ == "__main__":
    main()
