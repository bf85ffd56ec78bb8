"""For pytest: quick password hashes, mails kept in memory, strict templates."""

import os
import sys

from .base import *  # noqa: F403
from .base import BASE_DIR, CELERY_BROKER_URL, DATABASES, TEMPLATES

# script/test makes the tables once; each test process begins with a copy of them.
if _template := os.environ.get("TEST_DATABASE_TEMPLATE"):
    DATABASES["default"]["TEST"] = {"TEMPLATE": _template}

# Each test process has a Redis database of its own; 0 is the product's. (pytest-django gives it
# a database of its own in PostgreSQL.)
_process = os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")
CELERY_BROKER_URL = f"{CELERY_BROKER_URL.rsplit('/', 1)[0]}/{int(_process) + 1}"

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
BASE_URL = "http://testserver"
ALLOWED_HOSTS = ["testserver", "localhost", "127.0.0.1"]


class UndefinedVariable(str):
    """Fails the test where one of our own templates shows a variable that does not exist.

    Django asks ``"%s" in string_if_invalid`` and then formats it, which is where the frames tell
    whose template is being rendered. Templates of Django and of packages are theirs to judge.
    """

    __slots__ = ()

    def __contains__(self, item):
        return item == "%s"

    def __mod__(self, missing):
        frame = sys._getframe()
        while frame is not None:
            origin = getattr(frame.f_locals.get("self"), "origin", None)
            name = str(getattr(origin, "name", "") or "")
            if name and not name.startswith("<"):
                if name.startswith(str(BASE_DIR / "templates")):
                    raise AssertionError(f"{name} shows {missing}, which does not exist.")
                return ""
            frame = frame.f_back
        return ""


TEMPLATES[0]["OPTIONS"]["string_if_invalid"] = UndefinedVariable("%s")  # type: ignore[index]
