"""One hostile text in every text field of every row, and what a page must then not hold."""

from html.parser import HTMLParser

from django.db import connection, models

from .private_fields import MACHINE
from .test_canaries import text_fields

# They find a row or a file, follow a rule of their own, or are no words of a person.
NOT_WORDS = {
    "account.EmailAddress.email",
    "liaisons.User.email",
    "liaisons.User.username",
    "liaisons.Group.slug",
    "liaisons.Group.kind",
    "liaisons.Group.status",
    "liaisons.Group.scope",
    "liaisons.Country.iso2",
    "liaisons.MandateEvent.message",  # its table refuses changes
    "liaisons.SecondStepReset.reason",  # so does this one
    "mailing.Recipient.address",
    "mailing.Recipient.address_hash",
    "mailing.Suppression.address_hash",
    "mailing.Notice.address",
    "mailing.Notice.context",
    "mailing.Notice.story",
    "mailing.Delivery.story",
    "strategy.ReportVersion.content",  # nor can a version be changed: one more is made
    "strategy.ReportVersion.note",
    "strategy.UpdateVersion.content",
    "strategy.TimelineEntry.kind",
    "strategy.TopicQuestion.kind",
    "strategy.WorkingGroup.slug",
    "strategy.Topic.slug",
    "strategy.Update.slug",
}
RUNS = {"javascript", "vbscript", "data"}
NO_ELEMENT_OF_OURS = {
    "iframe", "object", "embed", "base", "math", "frame", "frameset", "applet", "style", "portal",
}  # fmt: skip


def put_everywhere(text: str) -> set[str]:
    """Write the text into each field that a person fills in; gives the names of the fields."""
    written = set()
    for model, column, name in text_fields():
        if name in MACHINE or name in NOT_WORDS or column.choices or column.unique:
            continue
        if isinstance(column, models.JSONField):
            value = {"overview": text, "statements": text, "place": text}
        elif column.max_length and len(text) > column.max_length:
            continue
        else:
            value = text
        if model._default_manager.update(**{column.name: value}):
            written.add(name)
    connection.check_constraints()
    return written


class Dangers(HTMLParser):
    """Collects whatever in a page could run, load or lead somewhere by a hostile text."""

    def __init__(self):
        super().__init__()
        self.found: list[str] = []
        self._script: str | None = None

    def handle_starttag(self, tag, attrs):
        values = {name: value or "" for name, value in attrs}
        where = self.get_starttag_text()
        if tag in NO_ELEMENT_OF_OURS:
            self.found.append(f"element: {where}")
        for name, value in values.items():
            scheme = "".join(value.split()).partition(":")[0].lower()
            if name.startswith("on") or name in {"srcdoc", "style", "formaction"}:
                self.found.append(f"attribute {name}: {where}")
            # The one picture in a page itself: the server draws it for an app that makes codes.
            is_drawn = (tag, name, values.get("class")) == ("img", "src", "entrance__code")
            if name in {"href", "src", "action", "xlink:href"} and scheme in RUNS and not is_drawn:
                self.found.append(f"address that runs: {where}")
            if name in {"src", "srcset", "poster"} and ("//" in value or value == "x"):
                self.found.append(f"loads from elsewhere: {where}")
        if tag == "script":
            is_data = values.get("type") == "application/json"
            self._script = None if is_data else (values.get("src") or "")
            if not is_data and not values.get("src"):
                self.found.append(f"a script in the page: {where}")

    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)


def dangers_in(html: str) -> list[str]:
    """What in this page could run, load from elsewhere or lead to a script."""
    parser = Dangers()
    parser.feed(html)
    parser.close()
    return parser.found
