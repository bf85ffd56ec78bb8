"""WHAT: timeline, topics, updates, relays, reports and their answers."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from web import alerts


class StrategyConfig(AppConfig):
    name = "strategy"
    verbose_name = _("Strategy")

    def ready(self):
        # Models are not loaded before this.
        from liaisons import next_steps, personal_data
        from liaisons.digest import NextSteps
        from mailing import choices, sections

        from . import next_steps as own_next_steps
        from . import notices, relay_nudges, story
        from . import personal_data as own_data
        from .region_reports import REGIONS, RegionReports, region_options
        from .replies import Replies
        from .sections import CallsToAct, ClosedTopics, NewUpdates, OpenTopics, UrgentUpdates
        from .topic_choices import TOPICS, topic_options
        from .translating import steps, telling
        from .update_rhythm import alerts as of_update_rhythm

        # In the order of the mail: what there is to do before what there is to read.
        for section in (
            UrgentUpdates(),
            CallsToAct(),
            OpenTopics(),
            ClosedTopics(),
            NewUpdates(),
            RegionReports(),
        ):
            sections.register(section)
        # Of the app below.
        sections.register_personal(NextSteps())
        sections.register_personal(Replies())
        choices.register(
            TOPICS,
            _("Topics"),
            topic_options,
            help_text=_("Tick none to hear of all topics. Updates always come."),
        )
        choices.register(
            REGIONS,
            _("Regions"),
            region_options,
            help_text=_(
                "Tick one to hear also what groups there reported. Tick none to leave it out."
            ),
        )
        next_steps.register("strategy", own_next_steps.offered)
        next_steps.register("translations", steps.offered)
        alerts.register("update rhythm", of_update_rhythm)
        notices.register_all()
        relay_nudges.register_all()
        telling.register_all()
        story.register_all()
        words = own_data.WORDS
        personal_data.register("updates", own_data.updates, heading=_("Updates"), words=words)
        personal_data.register("relays", own_data.relays, heading=_("Relays"), words=words)
        personal_data.register(
            "reports",
            own_data.reports,
            heading=_("Reports"),
            words=words,
            forget=own_data.forget,
        )
        personal_data.register(
            "translations",
            own_data.translations,
            heading=_("Translations"),
            words=words,
            forget=own_data.forget_translations,
        )
        personal_data.register("answers", own_data.answers, heading=_("Answers"), words=words)
