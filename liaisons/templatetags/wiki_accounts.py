"""What the Core Team's pages say about the daily question to the wiki."""

from django import template

from liaisons.accounts import wiki_accounts

register = template.Library()


@register.simple_tag
def unanswered_wiki_accounts() -> int:
    """How many accounts the wiki gave no answer about for too long."""
    return wiki_accounts.unanswered()
