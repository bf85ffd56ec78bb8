"""Regions, countries and languages: what the Core Team may correct in reference data."""

from django.contrib import admin
from django.db import transaction
from modeltranslation.admin import TranslationAdmin

from web import content_version

from ..models import Country, Language, Region


class PublicData:
    """What is saved here is shown to everyone, so kept pages are made anew."""

    access_policy = "core_team"

    def has_delete_permission(self, request, obj=None):
        return False

    def save_model(self, request, obj, form, change):
        with transaction.atomic():
            super().save_model(request, obj, form, change)
            content_version.bump()


@admin.register(Region)
class RegionAdmin(PublicData, TranslationAdmin):
    list_display = ["code", "name"]

    def get_readonly_fields(self, request, obj=None):
        return ["code"] if obj else []


@admin.register(Country)
class CountryAdmin(PublicData, admin.ModelAdmin):
    list_display = ["iso2", "english_name", "region", "is_protected"]
    list_filter = ["region", "is_protected"]
    list_select_related = ["region"]
    search_fields = ["iso2", "iso3", "english_name"]

    def get_readonly_fields(self, request, obj=None):
        return ["iso2"] if obj else []


@admin.register(Language)
class LanguageAdmin(PublicData, admin.ModelAdmin):
    list_display = ["code", "autonym", "english_name", "direction", "script"]
    list_filter = ["direction"]
    search_fields = ["code", "autonym", "english_name"]

    def get_readonly_fields(self, request, obj=None):
        return ["code"] if obj else []
