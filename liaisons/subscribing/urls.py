"""Addresses of the digest without an account; included by the app's own under ``subscribe/``."""

from django.urls import path

from . import views

urlpatterns = [
    path("", views.subscribe, name="subscribe"),
    path("sent/", views.subscribe_sent, name="subscribe_sent"),
    path("deleted/", views.subscription_deleted, name="subscription_deleted"),
    path("confirm/<str:token>/", views.subscribe_confirm, name="subscribe_confirm"),
    path("manage/<str:token>/", views.subscription, name="subscription"),
    path("manage/<str:token>/sample/", views.subscription_sample, name="subscription_sample"),
    path("manage/<str:token>/delete/", views.subscription_delete, name="subscription_delete"),
]
