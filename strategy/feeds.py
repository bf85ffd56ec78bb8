"""Updates and reports as Atom feeds (RFC 4287), one of each for each site language."""

import re
from collections.abc import Iterator

from django.conf import settings
from django.contrib.syndication.views import Feed
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.feedgenerator import Atom1Feed
from django.utils.html import format_html, format_html_join, linebreaks
from django.utils.safestring import mark_safe
from django.utils.translation import get_language, gettext, pgettext

from web import markdown
from web.public_pages import public_page
from web.templatetags.web import until_text

from . import audiences, images, language_versions
from .models import Report, Topic, Update

ENTRIES = 20
# XML 1.0 cannot hold these at all, not even escaped.
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class AtomWithLanguages(Atom1Feed):
    """Atom with the whole text as content, and the real language of each entry."""

    def item_attributes(self, item):
        return {"xml:lang": item["language"]}

    def add_item_elements(self, handler, item):
        super().add_item_elements(handler, item)
        handler.addQuickElement("content", item["content"], {"type": "html"})


class UpdateFeed(Feed):
    """The newest updates in the language of the address; an entry not translated says its own."""

    feed_type = AtomWithLanguages

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
        return self.shown(Update.objects.published())

    def shown(self, updates) -> list[language_versions.Version]:
        """The newest of these updates in the language of the address."""
        wanted = get_language() or settings.LANGUAGE_CODE
        newest = updates.defer("search_text").select_related("series")[:ENTRIES]
        return [language_versions.shown(update, wanted) for update in audiences.with_words(newest)]

    def item_title(self, item):
        return _xml(item.text("title"))

    def item_description(self, item):
        said = " · ".join([*item.thing.for_whom, *_until_when(item.thing)])
        return _xml(linebreaks(said, autoescape=True) + markdown.render(item.text("short")))

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
        text = item.text("body") or item.text("short")
        content = images.as_html_without(item.thing, text, item.language)
        return {"language": item.language, "content": _xml(content)}


def _until_when(update: Update) -> Iterator[str]:
    """Until when it is to be done, where an update is a call to act."""
    if update.kind == Update.Kind.ACT:
        yield gettext("To be done until %(day)s") % {"day": until_text(update.deadline)}


class TopicFeed(UpdateFeed):
    """The updates that belong to one topic."""

    def get_object(self, request, slug):
        return get_object_or_404(Topic.objects.public(), slug=slug)

    def title(self, topic):
        # Translators: the title of a news feed: the name of a topic, and of this site.
        names = {"topic": topic.title, "site": settings.SITE_NAME}
        return _xml(pgettext("feed", "%(topic)s: updates – %(site)s") % names)

    def link(self, topic):
        return topic.get_absolute_url()

    def feed_url(self, topic):
        return reverse("strategy:topic_feed", args=[topic.slug])

    def items(self, topic):
        return self.shown(Update.objects.published().filter(topics=topic))


def _xml(text) -> str:
    return _NOT_XML.sub("", str(text))


class ReportFeed(Feed):
    """The newest reports, each in the language in which people talked."""

    feed_type = AtomWithLanguages

    def title(self):
        # Translators: the title of a news feed; %s is the name of this site.
        return pgettext("feed", "Reports – %s") % settings.SITE_NAME

    def subtitle(self):
        return gettext("What groups said in their conversations.")

    def link(self):
        return reverse("strategy:report_list")

    def feed_url(self):
        return reverse("strategy:report_feed")

    def feed_copyright(self):
        return "CC BY-SA 4.0"

    def items(self):
        reports = Report.objects.published().for_rows().prefetch_related("statements")
        return reports[:ENTRIES]

    def item_title(self, item):
        # Translators: the title of a report: "R12: Wikimedia Kenya, Which roles are missing?"
        return _xml(
            gettext("%(ref)s: %(group)s, %(topic)s")
            % {"ref": item.ref, "group": item.group.name, "topic": item.topic.title}
        )

    def item_author_name(self, item):
        return _xml(item.group.name)

    def item_description(self, item):
        return _xml(linebreaks(item.overview, autoescape=True))

    def item_link(self, item):
        return item.get_absolute_url()

    def item_guid(self, item):
        return f"{settings.BASE_URL}{reverse('strategy:report_short', args=[item.number])}"

    def item_pubdate(self, item):
        return item.published_at

    def item_updateddate(self, item):
        return item.corrected_at or item.published_at

    def item_extra_kwargs(self, item):
        said = [one for one in item.statements.all() if not one.withdrawn_in]
        said.sort(key=lambda one: one.number)
        rows = ((item.number, one.number, one.text) for one in said)
        statements = format_html_join("", "<li>R{}.{} {}</li>", rows)
        overview = linebreaks(item.overview, autoescape=True)
        content = format_html("{}<ul>{}</ul>", mark_safe(overview), statements)  # noqa: S308
        return {"language": item.language.bcp47, "content": _xml(content)}


update_feed = public_page(UpdateFeed())
topic_feed = public_page(TopicFeed())
report_feed = public_page(ReportFeed())
