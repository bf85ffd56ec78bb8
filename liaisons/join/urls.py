"""Addresses of sign-up, one for each step; they stand in the namespace of liaisons."""

from django.urls import path

from . import group_views, views

urlpatterns = [
    path("", views.join, name="join"),
    path("group/", group_views.group, name="join_group"),
    path("group/suggestions.json", group_views.suggestions, name="join_suggestions"),
    path("group/choose/", group_views.choose_group, name="join_choose_group"),
    path("group/propose/", group_views.propose, name="join_propose"),
    path("mandate/", views.mandate, name="join_mandate"),
    path("support/", views.support_step, name="join_support"),
    path("check/", views.check, name="join_check"),
    path("done/", views.done, name="join_done"),
    path("discard/", views.discard, name="join_discard"),
]
