"""Addresses of sign-up, one for each step; they stand in the namespace of liaisons."""

from django.urls import path

from . import views

urlpatterns = [
    path("", views.join, name="join"),
    path("group/", views.group, name="join_group"),
    path("group/suggestions.json", views.suggestions, name="join_suggestions"),
    path("group/choose/", views.choose_group, name="join_choose_group"),
    path("group/propose/", views.propose, name="join_propose"),
    path("mandate/", views.mandate, name="join_mandate"),
    path("support/", views.support_step, name="join_support"),
    path("check/", views.check, name="join_check"),
    path("done/", views.done, name="join_done"),
    path("discard/", views.discard, name="join_discard"),
]
