"""Groups: those for whom liaisons speak."""

from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from .people import User
from .places import Country, Language, Region


class GroupQuerySet(models.QuerySet):
    def listed(self):
        """Groups everyone sees in the directory."""
        return self.filter(status=Group.Status.ACTIVE)

    def public(self):
        """Groups with a page: listed ones, and archived ones, whose history stays."""
        return self.filter(status__in=[Group.Status.ACTIVE, Group.Status.ARCHIVED])


class Group(models.Model):
    """An organised group of people or a project community (a wiki); never a set of permissions."""

    class Kind(models.TextChoices):
        CHAPTER = "chapter", _("Chapter")
        THEMATIC_ORGANISATION = "thematic_organisation", _("Thematic organisation")
        USER_GROUP = "user_group", _("User group")
        COLLABORATION = "collaboration", _("Other collaboration")
        COMMITTEE = "committee", _("Committee")
        PROJECT_COMMUNITY = "project_community", _("Project community")

    class Status(models.TextChoices):
        PROPOSED = "proposed", _("Proposed")
        ACTIVE = "active", _("Active")
        ARCHIVED = "archived", _("Archived")
        DECLINED = "declined", _("Declined")

    class Scope(models.TextChoices):
        NATIONAL = "national", _("National")
        SUBNATIONAL = "subnational", _("Part of a country")
        MULTI_COUNTRY = "multi_country", _("Several countries")
        LANGUAGE = "language", _("A language")
        THEMATIC = "thematic", _("A theme")
        PROJECT = "project", _("A project")
        WORLDWIDE = "worldwide", _("Worldwide")

    slug = models.SlugField(_("part of the web address"), max_length=120, unique=True)
    kind = models.CharField(_("kind"), max_length=30, choices=Kind)
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.ACTIVE)
    scope = models.CharField(_("scope"), max_length=20, choices=Scope, blank=True)
    name = models.CharField(_("name"), max_length=200)
    local_name = models.CharField(_("name in its own language"), max_length=200, blank=True)
    # The stable keys of reference data: an affiliate's code, a wiki's database name.
    code = models.CharField(_("code"), max_length=50, null=True, blank=True, unique=True)
    dbname = models.CharField(_("database name"), max_length=50, null=True, blank=True, unique=True)
    project_family = models.CharField(max_length=30, blank=True)
    host = models.CharField(
        _("website"), max_length=200, blank=True, help_text=_("Bare host name.")
    )
    page_url = models.URLField(_("page about the group"), max_length=500, blank=True)
    region = models.ForeignKey(
        Region,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="groups",
        verbose_name=_("region"),
    )
    country = models.ForeignKey(
        Country,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="groups_based_here",
        verbose_name=_("country"),
    )
    countries = models.ManyToManyField(
        Country, blank=True, related_name="groups", verbose_name=_("countries")
    )
    languages = models.ManyToManyField(
        Language, blank=True, related_name="groups", verbose_name=_("languages")
    )
    latitude = models.DecimalField(
        _("latitude"), max_digits=8, decimal_places=5, null=True, blank=True
    )
    longitude = models.DecimalField(
        _("longitude"), max_digits=8, decimal_places=5, null=True, blank=True
    )
    founded = models.CharField(
        # Translators: when a group was founded.
        _("founded"),
        max_length=10,
        blank=True,
        help_text=_("YYYY, YYYY-MM or YYYY-MM-DD"),
    )
    proposed_by = models.ForeignKey(
        User,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="proposed_groups",
        verbose_name=_("proposed by"),
    )
    created_at = models.DateTimeField(_("since"), auto_now_add=True)
    changed_at = models.DateTimeField(auto_now=True)
    # All the words by which the group can be found, lower case and without accents.
    search_text = models.TextField(blank=True, editable=False)
    imported = models.JSONField(default=dict, editable=False)

    objects = GroupQuerySet.as_manager()

    class Meta:
        ordering = ["name", "pk"]
        verbose_name = _("group")
        verbose_name_plural = _("groups")
        indexes = [
            GinIndex(
                fields=["search_text"], opclasses=["gin_trgm_ops"], name="group_search_trigrams"
            ),
            # The directory's own order: a page of it costs the same however many groups there are.
            models.Index(
                fields=["name", "id"], condition=Q(status="active"), name="group_listed_by_name"
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(latitude__isnull=True, longitude__isnull=True)
                | Q(latitude__range=(-90, 90), longitude__range=(-180, 180)),
                name="group_place_is_on_earth",
                violation_error_message=_("A place needs a latitude and a longitude on Earth."),
            ),
        ]

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        return reverse("outreach_map:group_detail", args=[self.slug])

    @property
    def is_active(self) -> bool:
        return self.status == self.Status.ACTIVE
