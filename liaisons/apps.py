"""WHO: people, groups, mandates."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class LiaisonsConfig(AppConfig):
    name = "liaisons"
    verbose_name = _("Liaisons")

    def ready(self):
        """Register what lower apps are to know of this one."""
        from mailing import talk_pages
        from mailing.seeing import splits

        from . import (
            digest,
            mail_regions,
            next_steps,
            notices,
            own_next_steps,
            own_story,
            queue_summary,
            review_notices,
        )
        from .accounts import download, mails, reset_notices, second_step_resets, sessions
        from .data_exports import notices as data_exports
        from .letters import keeping as letters_kept
        from .letters import notices as letters
        from .letters import own_next_steps as letters_to_answer
        from .settings_pages import samples
        from .subscribing import notices as subscriptions

        splits.register(
            "region",
            label=_("Region"),
            expression=mail_regions.region_of,
            names=mail_regions.names_of,
        )
        next_steps.register("liaisons", own_next_steps.offered)
        talk_pages.register(digest.named_on_wikis)
        own_story.register_all()
        next_steps.register("letters", letters_to_answer.offered)
        letters.register_all()
        subscriptions.register_all()
        samples.register_all()
        letters_kept.register()
        notices.register_all()
        review_notices.register_all()
        queue_summary.register_all()
        download.register_all()
        mails.register_all()
        data_exports.register_all()
        sessions.register()
        reset_notices.register_all()
        second_step_resets.register()
