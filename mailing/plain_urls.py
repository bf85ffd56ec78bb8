"""Addresses in mails: no language prefix, and right with and without the last slash.

With only one of the two, APPEND_SLASH would answer a POST with a redirect or an error.
"""

from django.urls import path

from .views import events, unsubscribe_view

app_name = "mailing"
urlpatterns = [
    path("mail/unsubscribe/<str:token>/", unsubscribe_view, name="unsubscribe"),
    path("mail/unsubscribe/<str:token>", unsubscribe_view, name="unsubscribe_without_slash"),
    path("mail/events/<str:provider>/", events, name="events"),
]
