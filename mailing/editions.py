"""Freezes."""


def make_editions(): ...
