"""What a filled demo holds: people, mandates, updates, reports, mails."""

import os
import re
from collections import Counter
from datetime import timedelta

import pytest
from django.conf import settings
from django.core import mail
from django.db import transaction
from django.test import TestCase
from django.utils import timezone

from config.demo import clock, letters, reports, responses, updates
from config.demo.applications import BEGINNERS
from config.demo.people import ACCOUNTS
from config.demo.seed import demo_addresses, seed
from liaisons import translation_help
from liaisons.accounts.erasure import erase
from liaisons.letters.inbox import PER_PAGE as LETTERS_PER_PAGE
from liaisons.models import (
    BlockedSender,
    ContactRule,
    Group,
    Handover,
    LanguageSkill,
    Letter,
    Mandate,
    MandateReminder,
    User,
)
from mailing import deliver, editions
from mailing.models import (
    Delivery,
    Edition,
    Notice,
    Recipient,
    Suppression,
)
from strategy import relays, timeline
from strategy import updates as update_verbs
from strategy.dashboard import of as dashboard_of
from strategy.models import (
    Image,
    Relay,
    Report,
    ReportDraft,
    Response,
    Statement,
    Topic,
    TranslationRequest,
    Update,
)
from strategy.translating import texts
from strategy.translating.states import Standings, State
from web.models import Installation, RateCounter

from .demo_rows import everything
from .empty_demo import PASSWORD, make_empty_demo

OPEN = ["pending", "claimed", "retry"]


# In one group: filled once, not once for each process that runs tests.
@pytest.mark.xdist_group("filled demo")
class TestAFilledDemo(TestCase):
    """Filled once for all of these; each takes back what it does."""

    @classmethod
    def setUpTestData(cls):
        make_empty_demo()
        with clock.as_if_at(timezone.now()):
            with transaction.atomic():
                seed(PASSWORD)
                cls.first = everything()
                transaction.set_rollback(True)
            cls.refused = seed(PASSWORD)

    def test_it_is_filled_in_one_process_only(self):
        # Groups are kept together by the names of tests: a release of pytest had them elsewhere.
        if os.environ.get("PYTEST_XDIST_WORKER"):
            assert "@filled demo" in os.environ["PYTEST_CURRENT_TEST"]

    def test_nothing_the_plan_wants_is_refused(self):
        assert self.refused == []

    def test_two_demos_are_the_same(self):
        second = everything()
        for what, found in self.first.items():
            assert found == second[what], what

    def test_a_second_run_changes_nothing(self):
        before, counts = everything(), (Recipient.objects.count(), Group.objects.count())
        assert seed(PASSWORD) == []
        assert everything() == before
        assert (Recipient.objects.count(), Group.objects.count()) == counts

    def test_a_later_run_keeps_what_people_changed(self):
        own_dates = timezone.now()
        Topic.objects.filter(slug="advocacy").update(opens_at=own_dates, closes_at=None)
        User.objects.filter(email="member@example.org").update(display_name="Somebody")
        Update.objects.filter(slug="office-hours").update(title_en="Moved")
        Group.objects.filter(code="AM").update(name="Edited")
        relay = Relay.objects.filter(group__code="DE").last()
        relays.withdraw(relay=relay, by=relay.person)
        count = Relay.objects.count()
        Statement.objects.filter(report__number=1).update(text="Changed.")
        seed(PASSWORD)
        assert Topic.objects.get(slug="advocacy").opens_at == own_dates
        assert User.objects.get(email="member@example.org").display_name == "Somebody"
        assert Update.objects.get(slug="office-hours").title_en == "Moved"
        assert Group.objects.get(code="AM").name == "Edited"
        assert Relay.objects.count() == count
        assert set(Statement.objects.filter(report__number=1).values_list("text", flat=True)) == {
            "Changed."
        }

    def test_after_somebody_deleted_an_account_the_demo_can_be_filled_again(self):
        erased = erase(User.objects.get(email="member@example.org"))
        erase(User.objects.get(email="liaison@example.org"))
        seed(PASSWORD)
        erased.refresh_from_db()
        assert not erased.email
        assert not erased.has_usable_password()
        assert User.objects.get(email="member@example.org").display_name == "Demo member"
        assert Mandate.objects.active().filter(person__email="liaison@example.org").exists()

    def test_its_accounts_can_be_tried(self):
        for account in ACCOUNTS:
            person = User.objects.get(email=account.address)
            assert person.check_password(PASSWORD)
            assert person.emailaddress_set.get().verified
            assert person.display_name == account.name
        core_team = User.objects.get(email="core-team@example.org")
        reviewer = User.objects.get(email="reviewer@example.org")
        assert core_team.is_superuser
        assert reviewer.is_staff
        assert not reviewer.is_superuser
        assert reviewer.has_perm("liaisons.review_mandate")

    def test_the_accounts_show_the_three_kinds_of_dashboard(self):
        liaison = dashboard_of(User.objects.get(email="liaison@example.org"))
        applicant = dashboard_of(User.objects.get(email="applicant@example.org"))
        assert liaison.is_liaison
        assert [contact.person.email for contact in liaison.contacts] == ["core-team@example.org"]
        assert applicant.waiting
        assert not applicant.is_liaison
        assert dashboard_of(User.objects.get(email="member@example.org")).is_newcomer

        person = User.objects.get(email="liaison@example.org")
        assert Relay.objects.current().filter(person=person).count() >= 5
        unread = Update.objects.published().exclude(pk__in=person.updates_read.values("update"))
        assert unread.count() >= 2
        of_groups = Report.objects.of_groups_of(person)
        assert of_groups.published().count() == 5
        assert ReportDraft.objects.filter(report__person=person).count() == 1
        answered = Statement.objects.answered().filter(report__person=person)
        assert answered.count() >= 5

    def test_groups_of_all_kinds_and_regions_have_liaisons(self):
        active = Mandate.objects.active()
        assert active.values("group").distinct().count() >= 30
        assert active.filter(seat="deputy").count() >= 5
        assert active.filter(person__is_public_by_name=False).count() >= 5
        assert not active.filter(contact=None).exists()
        reasons = Counter(
            Mandate.objects.exclude(end_reason="").values_list("end_reason", flat=True)
        )
        assert reasons == {
            "expired": 3, "stepped_down": 1, "ended_by_core_team": 1, "replaced": 1,
            "withdrawn_by_group": 1,
        }  # fmt: skip
        assert len(set(active.values_list("group__region", flat=True)) - {None}) == 8
        assert set(active.values_list("group__kind", flat=True)) >= {
            "chapter", "user_group", "thematic_organisation", "project_community",
        }  # fmt: skip
        assert active.values("person__language").distinct().count() >= 7

    def test_mandates_are_in_every_part_of_their_life(self):
        active = Mandate.objects.active()
        assert active.filter(renewed_at__isnull=False).count() == 1
        assert sorted(MandateReminder.objects.values_list("days_before", flat=True))[-2:] == [
            30,
            30,
        ]
        soon = timezone.localdate() + timedelta(days=30)
        assert active.filter(last_day__lte=soon).count() == 2
        handed_over = active.get(predecessor__isnull=False)
        assert handed_over.predecessor.end_reason == "replaced"
        assert handed_over.private_notes
        assert not handed_over.predecessor.private_notes
        links = Handover.objects.filter(revoked_at=None)
        assert [link.mandate.group.code for link in links.filter(used_at=None)] == ["AU"]
        following = Mandate.objects.waiting().get(predecessor__isnull=False)
        assert following.predecessor.group.code == "NGA"
        assert following.seat == "primary"
        away = active.filter(person__away_until__gte=timezone.localdate())
        assert [mandate.group.code for mandate in away] == ["AM"]
        contested = active.get(review_opened_at__isnull=False)
        assert set(contested.endorsements.values_list("verdict", flat=True)) == {
            "confirms", "contests",
        }  # fmt: skip
        waiting = Mandate.objects.waiting()
        assert waiting.filter(endorsements__verdict="confirms").distinct().count() == 3
        assert waiting.filter(events__kind="taken").count() == 3
        kinds = set(waiting.values_list("events__kind", flat=True))
        assert kinds >= {"asked", "replied", "added"}
        assert ContactRule.objects.count() == 4

    def test_letters_stand_in_every_state(self):
        to_try = Letter.objects.filter(mandate__person__email="liaison@example.org")
        assert to_try.exclude(body="").count() > LETTERS_PER_PAGE
        assert to_try.filter(answered_at=None, reported_at=None).count() >= 3
        assert to_try.exclude(answer="").count() > 5
        assert to_try.filter(answer="").exclude(answered_at=None).count() == 3
        emptied = Letter.objects.filter(body="")
        assert emptied.count() == 2
        assert not emptied.exclude(sender_address="", sender_name="", answer="").exists()
        assert Letter.objects.exclude(undelivered_at=None).count() == 1
        reported = Letter.objects.exclude(reported_at=None)
        assert reported.filter(report_closed_at=None).count() == 2
        assert set(reported.values_list("report_outcome", flat=True)) == {
            "", "blocked", "nothing_done",
        }  # fmt: skip
        assert BlockedSender.objects.count() == 1
        # The limits of today are for whoever tries the demo.
        assert not RateCounter.objects.filter(ends_at__gt=timezone.now(), count__gt=3).exists()

    def test_help_with_translation_is_needed_and_offered(self):
        found = translation_help.overview()
        assert len(found.languages) >= 15
        assert len(found.regions) >= 6
        assert any(one.counts["needs"] and one.counts["offers"] for one in found.languages)
        assert sum(one.counts["offers"] for one in found.languages) >= 10
        levels = LanguageSkill.objects.values_list("level", flat=True)
        assert set(levels) == set(LanguageSkill.Level.values)

    def test_applications_of_every_kind_wait(self):
        waiting = Mandate.objects.waiting()
        assert waiting.count() >= 20
        assert set(waiting.values_list("status", flat=True)) == {"submitted", "more_asked"}
        assert set(waiting.values_list("seat", flat=True)) == {"primary", "deputy"}
        assert set(waiting.values_list("evidence", flat=True)) == {"link", "explanation"}
        assert waiting.filter(group__status="proposed").count() == 2
        held = {"group__mandates__status": "confirmed", "group__mandates__seat": "primary"}
        assert waiting.filter(seat="primary", **held).exists()
        assert waiting.filter(status="submitted", events__kind="answered").count() == 3
        days = {(timezone.now() - one.submitted_at).days for one in waiting}
        assert min(days) <= 2
        assert max(days) > 35
        assert Mandate.objects.filter(status="draft").count() == len(BEGINNERS)
        assert Mandate.objects.filter(status="declined").count() == 2
        assert Mandate.objects.filter(status="withdrawn").count() == 1

    def test_updates_stand_in_several_states_of_translation(self):
        published = Update.objects.published()
        assert published.count() == 12
        assert Update.objects.filter(status="scheduled").count() == 1
        assert Update.objects.filter(status="draft").count() == 1
        assert published.exclude(corrected_at=None).count() == 1
        assert published.filter(events__kind="translated").distinct().count() >= 3
        titles = [f"title_{code.replace('-', '_')}" for code, _name in settings.LANGUAGES]
        languages = [sum(1 for name in titles if getattr(update, name)) for update in published]
        assert {1, 2, 4, 10} <= set(languages)
        positions = [update.position for update in published]
        assert positions == sorted(positions, reverse=True)

    def test_reports_are_translated_asked_for_and_outdated(self):
        reports = texts.with_parts(texts.THINGS["report"].public())
        standings = Standings(texts.in_other_language(reports, "en"))
        states = Counter(standings.of_thing(report, "en") for report in reports)
        assert (states[State.CURRENT], states[State.OUTDATED]) == (1, 1)
        (asked,) = TranslationRequest.objects.open().filter(kind="report")
        assert asked.object_id in {report.pk for report in reports}

    def test_an_update_shows_a_picture_that_says_in_words_what_it_shows(self):
        image = Image.objects.get()
        page = self.client.get(image.update.get_absolute_url()).content.decode()
        assert image.alt_en in page
        assert image.alt_ar in self.client.get(f"/ar/updates/{image.update.slug}/").content.decode()
        assert self.client.get(image.file.get_absolute_url())["Content-Type"] == "image/webp"

    def test_topics_are_open_announced_and_closed(self):
        turns = Counter(topic.turn for topic in Topic.objects.all())
        assert turns[Topic.Turn.COMMUNITIES] == 7
        assert turns[Topic.Turn.WORKING_GROUP_PREPARES] == 1
        assert turns[Topic.Turn.WORKING_GROUP_READS] == 1

    def test_relays_are_spread_unevenly(self):
        current = Relay.objects.current()
        assert current.count() >= 60
        assert Relay.objects.exclude(withdrawn_at=None).count() == 1
        assert set(current.values_list("channel", flat=True)) == set(Relay.Channel.values)
        assert current.values("language").distinct().count() >= 12
        reached = [reach.groups for reach in relays.reaches(Update.objects.published()).values()]
        assert min(reached) <= 1
        assert max(reached) >= 10

    def test_reports_speak_many_languages_and_stand_in_every_state(self):
        published = Report.objects.published()
        assert published.count() == 18
        assert published.values("language").distinct().count() >= 8
        assert published.values("topic").distinct().count() == 8
        assert sorted(published.values_list("number", flat=True)) == list(range(1, 19))
        statements = Statement.objects.public()
        assert statements.count() >= 150
        texts = list(statements.values_list("text", flat=True))
        assert len(set(texts)) == len(texts)
        for state in (statements.answered(), statements.received(), statements.waiting()):
            assert state.count() > statements.count() / 4
        corrected = published.filter(version=2)
        assert corrected.count() == 2
        for report in corrected:
            assert report.statements.exclude(withdrawn_in=None).exists()
            assert report.statements.exclude(changed_in=None).exists()
        assert ReportDraft.objects.filter(report__status="draft").count() == 1
        assert ReportDraft.objects.filter(report__status="published").count() == 1
        assert 6 <= Response.objects.count() <= 8
        assert Response.objects.exclude(corrected_at=None).count() == 1

    def test_the_ledger_adds_up(self):
        figures = Delivery.objects.figures()
        for state in ("sent", "failed", "uncertain", "retry", "skipped"):
            assert figures[state], state
        for edition in Edition.objects.all():
            assert sum(edition.figures().values()) == edition.audience
        assert Edition.objects.filter(rhythm="weekly").count() > 20
        for rhythm in ("at_once", "daily", "monthly"):
            assert Edition.objects.filter(rhythm=rhythm).exists(), rhythm
        skipped = Delivery.objects.filter(state="skipped").values_list("reason", flat=True)
        assert set(skipped) == {"empty", "suppressed", "rhythm_none"}
        failed = Delivery.objects.filter(state="failed").values_list("reason", flat=True)
        assert set(failed) == {"bad_address", "refused", "gave_up"}
        assert Suppression.objects.count() == 2
        notices = Notice.objects.figures()
        assert notices["sent"] > 100
        assert notices["failed"]
        assert notices["uncertain"]

    def test_nothing_is_sent_and_nobody_is_owed_a_mail_about_the_past(self):
        assert not mail.outbox
        assert not Notice.objects.filter(state__in=OPEN).exists()
        # One mailbox is full; it is asked again later, as in real life.
        owed = Delivery.objects.filter(state__in=OPEN)
        assert {delivery.recipient.address for delivery in owed} == {"demo-liaison-37@example.org"}
        assert all(delivery.next_attempt_at > timezone.now() for delivery in owed)
        assert not editions.make_editions()
        assert deliver.send_due().sent == 0

    def test_the_next_update_reaches_people_as_ever(self):
        update = Update.objects.get(slug="how-drafts-are-translated")
        update_verbs.publish(update, actor=None)
        made = editions.make_editions(timezone.now() + timedelta(minutes=1))
        at_once = next(one for one in made if one.edition.rhythm == "at_once")
        assert at_once.figures["pending"] == at_once.edition.audience == 3
        with clock.as_if_at(timezone.now() + timedelta(minutes=1)):
            deliver.send_due()
        assert any(update.title_en in message.subject for message in mail.outbox)
        later = editions.make_editions(timezone.now() + timedelta(days=7))
        assert sum(frozen.figures["pending"] for frozen in later) > 25

    def test_today_is_the_fifteenth_of_july(self):
        days = (timezone.localdate() - timezone.datetime(2019, 7, 15).date()).days
        assert Installation.objects.get().shift_days == days
        now = timeline.now_and_next(timeline.entries())
        assert {shown.entry.key for shown in now.now} == {"strategy-salons", "drafting"}
        assert now.next[0].entry.key == "first-drafts-published"

    def test_nothing_could_be_taken_for_a_real_persons_word(self):
        for address in demo_addresses():
            assert re.fullmatch(r"[a-z0-9-]+@example\.org", address)
        assert not User.objects.exclude(display_name__startswith="Demo ").exists()
        for report in Report.objects.published():
            assert report.overview.startswith(reports.DEMO_NOTE[report.language_id])
        for update in Update.objects.published():
            assert updates.DEMO_NOTE["en"] in update.body_en
        for letter in Letter.objects.exclude(body=""):
            assert letter.body.startswith(letters.NOTE[letter.language])
            assert letter.sender_name.startswith("Demo ")
            assert re.fullmatch(r"[a-z0-9-]+@example\.org", letter.sender_address)
        for response in Response.objects.all():
            assert responses.DEMO_NOTE["en"] in response.text_en
        links = [
            *Relay.objects.exclude(url="").values_list("url", flat=True),
            *Report.objects.exclude(page_url="").values_list("page_url", flat=True),
            *Mandate.objects.exclude(evidence_url="").values_list("evidence_url", flat=True),
        ]
        assert all(link.startswith("https://example.org/demo/") for link in links)
