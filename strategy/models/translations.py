"""Translations: from which English text each was made, and the work on the next one."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import models
from django.db.models import Case, Exists, F, OuterRef, Q, Value, When
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from liaisons.models import Language

from .drafts import Draft

# The longest name of a kind of row, and of one of its fields.
KIND, FIELD = 20, 30


class SourceText(models.Model):
    """An English text as it stood for some time: what translations are made from.

    ``kind`` and ``object_id`` name the row, such as ``update`` 12, ``field`` one of its texts. Its
    words never change: when the English text does, there is a new row, and that is the current one.
    """

    kind = models.CharField(max_length=KIND)
    object_id = models.PositiveBigIntegerField()
    field = models.CharField(max_length=FIELD)
    number = models.PositiveIntegerField()
    text = models.TextField()
    at = models.DateTimeField(default=timezone.now)
    is_current = models.BooleanField(default=True)

    class Meta:
        ordering = ["kind", "object_id", "field", "number"]
        verbose_name = _("English text")
        verbose_name_plural = _("English texts")
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "object_id", "field", "number"],
                name="one_source_per_text_and_number",
            ),
            models.UniqueConstraint(
                fields=["kind", "object_id", "field"],
                condition=Q(is_current=True),
                name="one_current_source_per_text",
            ),
        ]

    def __str__(self):
        return f"{self.kind} {self.object_id} {self.field} {self.number}"


class TranslationState(models.Model):
    """From which English text one text was translated into one language, when, and by whom.

    There is a row for each translation there is; written by ``translating.states.record`` alone.
    """

    kind = models.CharField(max_length=KIND)
    object_id = models.PositiveBigIntegerField()
    field = models.CharField(max_length=FIELD)
    language = models.CharField(max_length=20)
    source = models.ForeignKey(SourceText, on_delete=models.CASCADE, related_name="translations")
    # Of the translated text, to notice what was changed.
    text_hash = models.CharField(max_length=20)
    # Empty for translations of before these were kept.
    at = models.DateTimeField(default=timezone.now, null=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering = ["kind", "object_id", "field", "language"]
        verbose_name = _("state of a translation")
        verbose_name_plural = _("states of translations")
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "object_id", "field", "language"],
                name="one_state_per_text_and_language",
            )
        ]

    def __str__(self):
        return f"{self.kind} {self.object_id} {self.field} in {self.language}"


class TranslationQuerySet(models.QuerySet):
    def claimed(self, at=None):
        """Translations somebody works on, and may for some time still."""
        at = at or timezone.now()
        return self.filter(status=Translation.Status.CLAIMED, claimed_until__gt=at)

    def submitted(self):
        """Translations that wait for a second reader, the longest wait first."""
        return self.filter(status=Translation.Status.SUBMITTED).order_by("submitted_at", "pk")

    def overdue(self, at=None):
        """Translations whose time is over, and that nobody gave back."""
        at = at or timezone.now()
        return self.filter(status=Translation.Status.CLAIMED, claimed_until__lte=at)

    def in_a_situation(self, at: datetime, early: timedelta, lately: timedelta):
        """Work its translator has to hear of; each has its ``situation``, one of ``Told``.

        It came back from a second reader, is theirs for no longer than ``early``, or is theirs no
        more since at most ``lately`` and nobody else's, with words of theirs in it.
        """
        claimed, told = Q(status=Translation.Status.CLAIMED), Translation.Told
        has_draft = Exists(
            TranslationDraft.objects.filter(
                translation=OuterRef("pk"), saved_by=OuterRef("person"), saved_at__gt=at - lately
            ).exclude(data=F("published"))
        )
        return self.annotate(
            situation=Case(
                When(
                    claimed & Q(claimed_until__gt=at, claimed_until__lte=at + early),
                    then=Value(told.ENDING),
                ),
                When(claimed & Q(claimed_until__gt=at) & ~Q(note=""), then=Value(told.BACK)),
                When(
                    Q(status=Translation.Status.OPEN, person__isnull=False) & has_draft,
                    then=Value(told.OVER),
                ),
                default=Value(told.NOTHING),
            )
        ).exclude(situation=told.NOTHING)


class Translation(models.Model):
    """The work on one thing in one language: who has it until when, and what became of it.

    ``kind`` and ``object_id`` name the thing, such as an update with all its texts. One row serves
    each new round: when the English changes, the work begins again with what is published.
    """

    class Status(models.TextChoices):
        OPEN = "open", pgettext_lazy("translation", "Nobody works on it")
        CLAIMED = "claimed", pgettext_lazy("translation", "Somebody works on it")
        SUBMITTED = "submitted", pgettext_lazy("translation", "Waits for a second reader")
        PUBLISHED = "published", pgettext_lazy("translation", "Published")

    class Told(models.TextChoices):
        """What its translator was told of last, since they got it or went on with it."""

        NOTHING = "", pgettext_lazy("translation", "Nothing")
        BACK = "back", pgettext_lazy("translation", "It came back from its second reader")
        ENDING = "ending", pgettext_lazy("translation", "The time for it ends soon")
        OVER = "over", pgettext_lazy("translation", "The time for it is over")

    kind = models.CharField(_("kind"), max_length=KIND)
    object_id = models.PositiveBigIntegerField()
    language = models.CharField(_("language"), max_length=20)
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.OPEN)
    # Who works on it or wrote it last; empty before the first time.
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="translations"
    )
    claimed_until = models.DateTimeField(_("claimed until"), null=True)
    # Of its drafts so far: the next one goes on from there, so that no old window passes for it.
    last_revision = models.PositiveIntegerField(default=0)
    submitted_at = models.DateTimeField(null=True)
    # What the second reader wrote when sending it back; for whoever goes on.
    note = models.CharField(max_length=500, blank=True)
    told = models.CharField(max_length=6, choices=Told, default=Told.NOTHING, blank=True)
    # Of what is published: who wrote it, and who read it before, if anybody did.
    published_at = models.DateTimeField(_("published"), null=True)
    translator = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    reader = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )

    objects = TranslationQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        verbose_name = _("translation")
        verbose_name_plural = _("translations")
        permissions = [("write_translation", "Can translate into every language")]
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "object_id", "language"], name="one_translation_per_thing"
            ),
            models.CheckConstraint(
                condition=~Q(status="claimed")
                | Q(person__isnull=False, claimed_until__isnull=False),
                name="a_claimed_translation_is_somebody_s",
            ),
            models.CheckConstraint(
                condition=Q(reader__isnull=True)
                | (Q(translator__isnull=False) & ~Q(reader=F("translator"))),
                name="a_second_reader_is_somebody_else",
            ),
        ]
        indexes = [models.Index(fields=["person", "status"], name="translation_of_person")]

    def __str__(self):
        return str(_("Translation %(number)s") % {"number": self.pk})


class TranslationDraft(Draft):
    """What a translator is writing, by the keys of the thing's texts, until it is published.

    It stays when the work is given back, for whoever goes on. ``made_from`` holds the original
    that each of its texts was begun with, or that the published translation was made from;
    ``published`` the translation as it was published then.
    """

    translation = models.OneToOneField(Translation, on_delete=models.CASCADE, related_name="draft")
    made_from = models.JSONField(default=dict)
    published = models.JSONField(default=dict)

    class Meta:
        verbose_name = _("draft of a translation")
        verbose_name_plural = _("drafts of translations")

    def __str__(self):
        return f"draft {self.revision} of translation {self.translation_id}"


class TranslationRequestQuerySet(models.QuerySet):
    def open(self):
        """Requests that somebody still waits for."""
        return self.filter(done_at__isnull=True, withdrawn_at__isnull=True)


class TranslationRequest(models.Model):
    """A liaison's wish: this thing in this language, until some day or at any time.

    It is open until the translation is current, or until the liaison takes it back.
    """

    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="translation_requests"
    )
    kind = models.CharField(max_length=KIND)
    object_id = models.PositiveBigIntegerField()
    language = models.CharField(max_length=20)
    needed_by = models.DateField(_("needed by"), null=True, blank=True)
    # For translators, and for the Core Team.
    note = models.CharField(_("note"), max_length=300, blank=True)
    asked_at = models.DateTimeField(default=timezone.now)
    done_at = models.DateTimeField(null=True)
    # When the mail that it is done was owed.
    told_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)

    objects = TranslationRequestQuerySet.as_manager()

    class Meta:
        ordering = ["asked_at", "pk"]
        verbose_name = _("request for a translation")
        verbose_name_plural = _("requests for translations")
        constraints = [
            models.UniqueConstraint(
                fields=["person", "kind", "object_id", "language"],
                condition=Q(done_at__isnull=True, withdrawn_at__isnull=True),
                name="one_open_request_per_person_and_thing",
            ),
            models.CheckConstraint(
                condition=Q(done_at__isnull=True) | Q(withdrawn_at__isnull=True),
                name="a_request_is_done_or_withdrawn",
            ),
        ]
        indexes = [models.Index(fields=["language", "kind"], name="requests_by_language")]

    def __str__(self):
        return f"{self.kind} {self.object_id} in {self.language}, for person {self.person_id}"


class OtherTranslation(models.Model):
    """A thing in a language that is not one of the site's, or a report in English.

    ``texts`` holds the words of volunteers by the keys of the thing's texts, ``made_from`` the
    original each was made from. Who translated it, and who read it before, is in the
    ``Translation``.
    """

    kind = models.CharField(max_length=KIND)
    object_id = models.PositiveBigIntegerField()
    language = models.ForeignKey(Language, on_delete=models.PROTECT, related_name="+")
    texts = models.JSONField(default=dict)
    made_from = models.JSONField(default=dict)
    published_at = models.DateTimeField(default=timezone.now)
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["language"]
        verbose_name = _("translation into another language")
        verbose_name_plural = _("translations into other languages")
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "object_id", "language"], name="one_other_translation_per_thing"
            )
        ]

    def __str__(self):
        return f"{self.kind} {self.object_id} in {self.language_id}"
