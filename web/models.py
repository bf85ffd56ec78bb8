"""What the web layer keeps: the kind of installation, the version of its content, and counters."""

from django.db import models


class Installation(models.Model):
    """The one row that says what this database is for, written when the database is made.

    A database without the row, or with ``is_demo`` off, refuses every demo command.
    """

    is_demo = models.BooleanField(default=False)
    shift_days = models.IntegerField(
        default=0, help_text="Days added to each true date of the process timeline."
    )
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(id=1), name="installation_is_one_row")
        ]

    def __str__(self):
        return "demo" if self.is_demo else "real"


class ContentVersion(models.Model):
    """A number that grows whenever something public changes, in the transaction that changes it."""

    version = models.BigIntegerField(default=1)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(id=1), name="content_version_is_one_row")
        ]

    def __str__(self):
        return str(self.version)


class RateCounter(models.Model):
    """How often something was tried in a window of time; the key is hashed: no address is kept."""

    key = models.CharField(max_length=64)
    window = models.BigIntegerField()
    count = models.PositiveIntegerField(default=0)
    ends_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["key", "window"], name="one_rate_counter_per_window")
        ]

    def __str__(self):
        return f"{self.count} in window {self.window}"
