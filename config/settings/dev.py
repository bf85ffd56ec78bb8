"""For script/server and manage.py on one's own machine."""

from .base import *  # noqa: F403

DEBUG = False
