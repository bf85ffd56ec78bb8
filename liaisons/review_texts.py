"""Ready sentences for reviewers. They reach the applicant in the applicant's own language."""

from django.utils import translation
from django.utils.translation import gettext_lazy as _

from .models import User

CONFIRM, ASK, DECLINE = "confirm", "ask", "decline"

TEXTS = {
    CONFIRM: {
        "welcome": _("Welcome, and thank you for speaking for your group."),
        "deputy": _("Welcome. Please get in touch with the primary liaison of your group."),
    },
    ASK: {
        "link": _("Could you send a link to the page or message where your group agreed?"),
        "who": _("Could you say who in the group agreed, and when?"),
        "role": _("Could you say a little more about your role in the group?"),
        "holder": _(
            "Another person holds the primary seat of this group. "
            "Could you two agree who speaks for it? The deputy seat is free."
        ),
        "group": _("Could you tell us more about the group that you propose?"),
    },
    DECLINE: {
        "no_agreement": _("We could not see that the group agreed."),
        "holder": _("Another person holds the primary seat of this group and goes on."),
        "no_answer": _("We asked a question and got no answer. You can apply again at any time."),
        "not_a_group": _("What you proposed is not a group in the sense of this process."),
    },
}


def message(*, decision: str, text: str, own_words: str, to: User) -> str:
    """The whole message in the applicant's language: ready sentence, then the reviewer's words."""
    with translation.override(to.language):
        ready = str(TEXTS[decision][text]) if text else ""
    return "\n\n".join(part for part in (ready, own_words.strip()) if part)
