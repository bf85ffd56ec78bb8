"""The page of one thing in one language, sent as a browser sends it."""

import re
from html import unescape

from strategy.translating import texts

HIDDEN = re.compile(r'<input type="hidden" name="([^"]*)" value="([^"]*)"')
FORM = re.compile(r'<form[^>]*id="translation-form"(.*?)</form>', re.S)
IN_HINDI = {
    "title": "सैलून शुरू",
    "short": "मई तक आवेदन करें।",
    "body": "## कैसे\n\n[हमें](https://meta.example.org/wiki/Salons) लिखें।\n\n- एक\n- दो",
}


class Desk:
    """One window with the page in it."""

    def __init__(self, client, thing, language):
        self.client = client
        self.path = f"/en/translate/{language}/{texts.kind_of(thing)}/{thing.pk}/"
        self.open()

    def open(self):
        """Go to the page, or load it again."""
        self._show(self.client.get(self.path))

    @property
    def page(self) -> str:
        return self.response.content.decode()

    @property
    def is_editor(self) -> bool:
        return FORM.search(self.page) is not None

    def shows(self, text: str) -> bool:
        return text in unescape(self.page)

    def claim(self):
        self._show(self.client.post(self.path, {"do": "claim"}, follow=True))
        return self

    def give_back(self):
        self._show(self.client.post(self.path, {"do": "release"}, follow=True))

    def send(self, do="save", **typed):
        """Fill in the whole form, with ``typed`` instead where it is given, and send it."""
        sent = {**IN_HINDI, **self.hidden, "do": do, **typed}
        self._show(self.client.post(self.path, sent, follow=True))
        return self.response

    def publish(self, **typed):
        return self.send("publish", **typed)

    def autosave(self, step=1, **typed):
        """Send it as the script does; the page stays as it is."""
        sent = {**IN_HINDI, **self.hidden, "do": "save", "step": step, **typed}
        return self.client.post(self.path, sent, headers={"Accept": "application/json"})

    def _show(self, response):
        self.response = response
        form = FORM.search(self.page)
        self.hidden = {
            name: unescape(value)
            for name, value in HIDDEN.findall(form[0] if form else "")
            if name != "csrfmiddlewaretoken"
        }
