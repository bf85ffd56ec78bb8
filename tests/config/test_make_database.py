"""Making databases: the mark of a demo is written once and never changes."""

import io
import os
import subprocess
import sys
import uuid

import psycopg2
import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection

from web.models import Installation


def make_database(*args):
    out = io.StringIO()
    call_command("make_database", *args, stdout=out)
    return out.getvalue()


@pytest.mark.django_db
def test_an_existing_database_without_a_mark_is_a_real_one():
    with pytest.raises(CommandError, match="is a real installation and stays one"):
        make_database("--demo")
    assert not Installation.objects.exists()
    assert "real installation" in make_database()
    with pytest.raises(CommandError, match="stays one"):
        make_database("--demo")
    assert not Installation.objects.get().is_demo


@pytest.mark.django_db
def test_a_demo_stays_a_demo():
    Installation.objects.create(pk=1, is_demo=True)
    assert "Database ready: demo" in make_database()
    assert Installation.objects.get().is_demo
    assert "Database ready: demo" in make_database("--demo")


@pytest.fixture
def empty_database():
    """The URL of a new, empty database beside the test database."""
    found = connection.settings_dict
    server = f"postgresql://{found['USER']}:{found['PASSWORD']}@{found['HOST']}:{found['PORT']}"
    name = f"made_{uuid.uuid4().hex[:12]}"
    admin = psycopg2.connect(f"{server}/postgres")
    admin.autocommit = True
    cursor = admin.cursor()
    cursor.execute(f"CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C.UTF-8'")
    yield f"{server}/{name}"
    cursor.execute(f"DROP DATABASE {name} WITH (FORCE)")
    admin.close()


@pytest.mark.parametrize(("args", "is_demo"), [(["--demo"], True), ([], False)])
def test_a_new_database_gets_the_mark_that_was_asked_for(empty_database, args, is_demo):
    done = subprocess.run(
        [sys.executable, "manage.py", "make_database", *args],
        cwd=settings.BASE_DIR,
        env={**os.environ, "DATABASE_URL": empty_database},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    connection_ = psycopg2.connect(empty_database)
    cursor = connection_.cursor()
    cursor.execute("SELECT is_demo FROM web_installation")
    assert cursor.fetchall() == [(is_demo,)]
    cursor.execute("SELECT count(*) FROM auth_group")
    assert cursor.fetchone() == (5,)
    cursor.execute("SELECT count(*) FROM strategy_topic")
    assert cursor.fetchone() == (0,)
    connection_.close()
