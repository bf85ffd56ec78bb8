"""What is new for whom: one growing number for all content, and each person's place in it."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from .recipients import Recipient


class ContentClock(models.Model):
    """One row: the position of what was published last. See ``mailing.positions``."""

    position = models.BigIntegerField(default=0)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(id=1), name="content_clock_is_one_row")]

    def __str__(self):
        return str(self.position)


class SectionCursor(models.Model):
    """How far one person was told of one section. Without a row: ``Recipient.joined_position``.

    ``owed`` are the positions up to there that were held back from this person, because they wait
    for a translation into the person's language: told up to ``position``, except of these.
    """

    # That there is one cursor of each is an index that begins with it.
    recipient = models.ForeignKey(
        Recipient, on_delete=models.CASCADE, related_name="cursors", db_index=False
    )
    section = models.CharField(max_length=40)
    position = models.BigIntegerField()
    owed = ArrayField(models.BigIntegerField(), default=list, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["recipient", "section"], name="one_cursor_per_recipient_and_section"
            )
        ]

    def __str__(self):
        return f"{self.section}: {self.position}"
