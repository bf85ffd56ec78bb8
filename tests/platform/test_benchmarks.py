"""The benchmarks still find all parts of the product they measure."""

import os
import subprocess
import sys

from config import embedded
from script.run.bench import names


def test_each_benchmark_finds_what_it_measures(tmp_path):
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "benchmarks.settings",
        "BENCH_FOLDER": str(tmp_path),
    }
    assert len(names()) == 4
    imports = "; ".join(f"import benchmarks.{name}" for name in names())
    done = subprocess.run(
        [sys.executable, "-c", imports], cwd=embedded.ROOT, env=environment, capture_output=True,
        text=True, check=False, timeout=120,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
