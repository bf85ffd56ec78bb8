"""An app whose one section of the digest always has the same news; for worker processes."""

from dataclasses import dataclass

from mailing.sections import Block, Section


@dataclass
class News:
    position: int = 1


class KillNews(Section):
    key, label = "kill_news", "News"

    def items(self, after, until):
        return [News()] if after < 1 <= until else []

    def render(self, items, language):
        return Block(html="<p>News for all</p>" * 40, text="News for all", count=len(items))


def make_section() -> Section:
    """The section; the test process freezes with it, the workers render it."""
    return KillNews()
