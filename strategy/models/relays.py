"""Relays: what liaisons passed on, and which updates a person has read."""

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from liaisons.models import Group, Language

from .updates import LONG_TEXTS, Update

MOST_PEOPLE = 1_000_000


class RelayQuerySet(models.QuerySet):
    def current(self):
        """Relays that count: all but those withdrawn."""
        return self.filter(withdrawn_at__isnull=True)

    def newest_first(self):
        return self.order_by("-relayed_on", "-pk")

    def of_groups_of(self, person):
        """Relays that count, of the groups this person speaks for today."""
        return self.current().filter(group__in=person.mandates.active().values("group"))

    def for_lists(self):
        """With what a line about them says, and without the ten long texts of each update."""
        return self.select_related("update", "group", "language").defer(
            *(f"update__{name}" for name in LONG_TEXTS)
        )


class Relay(models.Model):
    """A liaison's record that an update was passed on: where, when, in which language, to how many.

    It belongs to the group; ``person`` is who recorded it. A withdrawn one stays as a row that
    counts nowhere and that no page shows.
    """

    class Channel(models.TextChoices):
        VILLAGE_PUMP = "village_pump", _("Village pump")
        MAILING_LIST = "mailing_list", _("Mailing list")
        CHAT_GROUP = "chat_group", _("Chat group")
        MEETING = "meeting", _("Meeting")
        NEWSLETTER = "newsletter", _("Newsletter")
        SOCIAL = "social", _("Social media")
        OTHER = "other", _("Other channel")

    update = models.ForeignKey(
        Update, verbose_name=_("update"), on_delete=models.PROTECT, related_name="relays"
    )
    group = models.ForeignKey(
        Group, verbose_name=_("group"), on_delete=models.PROTECT, related_name="relays"
    )
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("recorded by"),
        on_delete=models.PROTECT,
        related_name="relays",
    )
    channel = models.CharField(_("where"), max_length=12, choices=Channel)
    relayed_on = models.DateField(_("when"), default=timezone.localdate)
    language = models.ForeignKey(
        Language, verbose_name=_("language"), on_delete=models.PROTECT, related_name="+"
    )
    people = models.PositiveIntegerField(
        _("about how many people"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(MOST_PEOPLE)],
    )
    url = models.URLField(_("link"), max_length=500, blank=True)
    recorded_at = models.DateTimeField(_("recorded"), auto_now_add=True)
    changed_at = models.DateTimeField(_("changed"), auto_now=True)
    withdrawn_at = models.DateTimeField(_("withdrawn"), null=True, blank=True, editable=False)

    objects = RelayQuerySet.as_manager()

    class Meta:
        ordering = ["-relayed_on", "-pk"]
        verbose_name = _("relay")
        verbose_name_plural = _("relays")
        constraints = [
            models.UniqueConstraint(
                fields=["update", "group", "channel"],
                condition=Q(withdrawn_at__isnull=True),
                name="one_relay_per_update_group_and_channel",
                violation_error_message=_(
                    "It is recorded already that your group passed this update on there."
                ),
            ),
            models.CheckConstraint(
                condition=Q(people__isnull=True) | Q(people__gte=1, people__lte=MOST_PEOPLE),
                name="a_relay_reaches_somebody",
                violation_error_message=_("Give a number between 1 and 1,000,000."),
            ),
        ]
        indexes = [models.Index(fields=["group", "-relayed_on"], name="relay_of_group")]

    def __str__(self):
        return f"{self.get_channel_display()}, {self.relayed_on}"

    @property
    def is_withdrawn(self) -> bool:
        return self.withdrawn_at is not None

    @property
    def state(self) -> str:
        """A text that changes with each change: two people may have the same relay open."""
        return self.changed_at.isoformat()

    @property
    def is_on_the_web(self) -> bool:
        """True where its link may be shown as one, however it came into the table."""
        return self.url.startswith(("https://", "http://"))


class UpdateRead(models.Model):
    """A person with an account has read an update, or said so."""

    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="updates_read"
    )
    update = models.ForeignKey(Update, on_delete=models.CASCADE, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["person", "update"], name="one_read_per_person")
        ]

    def __str__(self):
        return f"{self.update_id} by person {self.person_id}"
