"""The form of a report, sent as a browser sends it."""

import re
from html import unescape

FULL = {
    "topic": "advocacy",
    "form": "in_person",
    "place": "Dar es Salaam",
    "page_url": "",
    "held_on": "2019-07-10",
    "people": "25",
    "language": "Kiswahili",
    "overview": "We talked for an hour.",
    "statements": "1. Training comes first.\n2. More languages.",
}
HIDDEN = re.compile(r'<input type="hidden" name="([^"]*)" value="([^"]*)"')
ACTION = re.compile(r'<form method="post" action="([^"]*)"[^>]*id="(?:report|publish)-form"')


class Editor:
    """One window with the form in it."""

    def __init__(self, client, path="/en/my/reports/new/"):
        self.client = client
        self.open(path)

    def open(self, path):
        """Go to a page."""
        self._show(self.client.get(path, follow=True))

    @property
    def page(self) -> str:
        return self.response.content.decode()

    def shows(self, text: str) -> bool:
        return text in unescape(self.page)

    def send(self, do="save", **typed):
        """Fill in the whole form, with ``typed`` instead where it is given, and send it."""
        response = self.client.post(
            self.action, {**FULL, **self.hidden, "do": do, **typed}, follow=True
        )
        self._show(response)
        return response

    def autosave(self, step=1, **typed):
        """Send it as the script does; the page stays as it is."""
        return self.client.post(
            self.action,
            {**FULL, **self.hidden, "do": "save", "step": step, **typed},
            headers={"Accept": "application/json"},
        )

    def publish(self):
        """Send the check page's form."""
        response = self.client.post(self.action, {**self.hidden, "do": "publish"}, follow=True)
        self._show(response)
        return response

    def _show(self, response):
        self.response = response
        found = ACTION.search(self.page)
        self.action = unescape(found[1]) if found else ""
        self.hidden = {
            name: unescape(value)
            for name, value in HIDDEN.findall(self.page)
            if name != "csrfmiddlewaretoken"
        }
