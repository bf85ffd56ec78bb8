"""Databases beside the product's own: for a benchmark, and for tests to begin with."""

import os
import sys
from pathlib import Path

import psycopg2
from psycopg2 import sql

from config import embedded
from script.run import processes
from script.run.postgres import installed_programs


def new_database(name: str) -> str:
    """An empty database of this name; gives its URL."""
    server = (os.environ.get("DATABASE_URL") or embedded.database_url()).rsplit("/", 1)[0]
    connection = psycopg2.connect(f"{server}/postgres")
    connection.autocommit = True
    try:
        with connection.cursor() as cursor:
            database = sql.Identifier(name)
            cursor.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(database))
            cursor.execute(sql.SQL("CREATE DATABASE {}").format(database))
    finally:
        connection.close()
    return f"{server}/{name}"


def make_template(name: str) -> bool:
    """Make a database of this name that has every table, to be copied; False where that failed."""
    environment = os.environ | {"DATABASE_URL": new_database(name)}
    command = [sys.executable, "manage.py", "migrate", "--verbosity", "0"]
    return processes.run(command, cwd=embedded.ROOT, env=environment) == 0


def dump(name: str, file: Path) -> bool:
    """Write the database of this name to a file; False where that failed."""
    server = (os.environ.get("DATABASE_URL") or embedded.database_url()).rsplit("/", 1)[0]
    words = ["--no-owner", f"--file={file}", f"{server}/{name}"]
    return processes.run([installed_programs() / "pg_dump", *words], cwd=embedded.ROOT) == 0


def load(file: Path, name: str) -> bool:
    """Make a database of this name from such a file; False where that failed."""
    quietly = ["--quiet", "--no-psqlrc", f"--output={os.devnull}", "--set=ON_ERROR_STOP=1"]
    words = [*quietly, f"--file={file}", new_database(name)]
    return processes.run([installed_programs() / "psql", *words], cwd=embedded.ROOT) == 0
