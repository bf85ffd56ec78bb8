"""Addresses of the settings, under ``my/settings/``; included by the app's own."""

from django.urls import path

from liaisons.data_exports import views as data_views
from liaisons.letters import inbox as letters

from . import (
    account_views,
    language_views,
    mail_views,
    queue_views,
    session_views,
    sign_in_views,
    views,
)

urlpatterns = [
    path("", views.overview, name="settings"),
    path("profile/", views.profile, name="settings_profile"),
    path("language/", mail_views.language, name="settings_language"),
    path("languages/", language_views.languages, name="settings_languages"),
    path("digest/", mail_views.mail, name="settings_digest"),
    path("digest/sample/", mail_views.sample, name="settings_sample"),
    path("digest/received/", mail_views.received, name="settings_received"),
    path("queue/", queue_views.queue_summary, name="settings_queue_summary"),
    path("contact/", letters.settings_contact, name="settings_contact"),
    path("sign-in/", sign_in_views.sign_in, name="settings_sign_in"),
    path("sign-in/wikimedia/", sign_in_views.connect, name="settings_sign_in_connect"),
    path("sign-in/wikimedia/unlink/", sign_in_views.disconnect, name="settings_sign_in_disconnect"),
    path(
        "sign-in/email/remove/",
        sign_in_views.remove_address,
        name="settings_sign_in_remove_email",
    ),
    path("email/", account_views.email, name="settings_email"),
    path("email/code/", account_views.email_code, name="settings_email_code"),
    path("password/", account_views.password, name="settings_password"),
    path("sessions/", session_views.device_list, name="settings_sessions"),
    path("data/", data_views.data, name="settings_data"),
    path("data/download/", data_views.download, name="settings_download"),
    path("data/get/<slug:token>/", data_views.get, name="settings_data_get"),
    path("delete/", account_views.delete, name="settings_delete"),
    path("deleted/", account_views.deleted, name="account_deleted"),
]
