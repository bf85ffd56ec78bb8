#!/usr/bin/env python
"""Django's command line for Strategy Liaisons."""

import os
import sys


def main():
    """Run one command; where a service is missing, say so in one sentence."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.dev")
    from django.core.management import execute_from_command_line

    from config.embedded import NotRunning

    try:
        execute_from_command_line(sys.argv)
    except NotRunning as missing:
        sys.exit(str(missing))


if __name__ == "__main__":
    main()
