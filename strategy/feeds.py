"""Updates as an Atom feed (RFC 4287), one for each site language."""

import re

from django.conf import settings
from django.contrib.syndication.views import Feed
from django.urls import reverse
from django.utils.feedgenerator import Atom1Feed
from django.utils.translation import get_language, gettext, pgettext

from web import markdown
from web.public_pages import public_page

from . import language_versions
from .models import Update

ENTRIES = 20
# XML 1.0 cannot hold these at all, not even escaped.
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class AtomOfUpdates(Atom1Feed):
    """Atom with the whole text as content, and the real language of each entry."""

    def item_attributes(self, item):
        return {"xml:lang": item["language"]}

    def add_item_elements(self, handler, item):
        super().add_item_elements(handler, item)
        handler.addQuickElement("content", item["content"], {"type": "html"})


class UpdateFeed(Feed):
    """The newest updates in the language of the address; an entry not translated says its own."""

    feed_type = AtomOfUpdates

    def title(self):
        # Translators: the title of a news feed; %s is the name of this site.
        return pgettext("feed", "Updates – %s") % settings.SITE_NAME

    def subtitle(self):
        return gettext("What the Core Team publishes.")

    def link(self):
        return reverse("strategy:update_list")

    def feed_url(self):
        return reverse("strategy:update_feed")

    def author_name(self):
        return gettext("Core Team")

    def feed_copyright(self):
        return "CC BY-SA 4.0"

    def items(self):
        wanted = get_language() or settings.LANGUAGE_CODE
        updates = Update.objects.published()[:ENTRIES]
        return [language_versions.shown(update, wanted) for update in updates]

    def item_title(self, item):
        return _xml(item.text("title"))

    def item_description(self, item):
        return _xml(markdown.render(item.text("short")))

    def item_link(self, item):
        return item.thing.get_absolute_url()

    def item_guid(self, item):
        # The same in every language, so that a reader of two feeds sees an update once.
        return f"{settings.BASE_URL}/#update-{item.thing.pk}"

    def item_pubdate(self, item):
        return item.thing.published_at

    def item_updateddate(self, item):
        return item.thing.corrected_at or item.thing.published_at

    def item_extra_kwargs(self, item):
        return {
            "language": item.language,
            "content": _xml(markdown.render(item.text("body") or item.text("short"))),
        }


def _xml(text) -> str:
    return _NOT_XML.sub("", str(text))


update_feed = public_page(UpdateFeed())
