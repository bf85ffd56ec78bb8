"""Pages of the strategy app; all stand under a language prefix."""

from django.urls import path

from .feeds import report_feed, topic_feed, update_feed
from .views import (
    dashboard,
    other_languages,
    own_reports,
    own_updates,
    relays,
    report_editor,
    reports,
    statements,
    timeline,
    topics,
    translate,
    translate_requests,
    updates,
)

app_name = "strategy"

urlpatterns = [
    path("updates/", updates.update_list, name="update_list"),
    # Before the slug: no update may be called "feed".
    path("updates/feed/", update_feed, name="update_feed"),
    path("updates/<slug:slug>/", updates.update_detail, name="update_detail"),
    path("updates/<slug:slug>/kit/", updates.update_kit, name="update_kit"),
    path("updates/<slug:slug>/print/", updates.update_print, name="update_print"),
    path(
        "updates/<slug:slug>/changes/<int:number>/",
        updates.update_version,
        name="update_version",
    ),
    path(
        "updates/<slug:slug>/in/<slug:language>/",
        other_languages.update_in_language,
        name="update_in_language",
    ),
    path("topics/", topics.topic_list, name="topic_list"),
    path("topics/<slug:slug>/", topics.topic_detail, name="topic_detail"),
    path("topics/<slug:slug>/feed/", topic_feed, name="topic_feed"),
    path(
        "topics/<slug:slug>/in/<slug:language>/",
        other_languages.topic_in_language,
        name="topic_in_language",
    ),
    path("reports/", reports.report_list, name="report_list"),
    path("reports/feed/", report_feed, name="report_feed"),
    path("reports/R<int:number>/", reports.report_detail, name="report_detail"),
    path(
        "reports/R<int:number>/versions/<int:version>/",
        reports.report_version,
        name="report_version",
    ),
    path("statements/", statements.statement_list, name="statement_list"),
    path(
        "statements/R<int:report>.<int:number>/",
        statements.statement_detail,
        name="statement_detail",
    ),
    path("timeline/", timeline.timeline_page, name="timeline"),
    path("translate/", translate.translation_queue, name="translation_queue"),
    # Before those of a language: no language is called "ask" or "requests".
    path(
        "translate/ask/<slug:kind>/<int:pk>/",
        translate_requests.translation_ask,
        name="translation_ask",
    ),
    path(
        "translate/requests/", translate_requests.translation_requests, name="translation_requests"
    ),
    path(
        "translate/requests/<int:pk>/withdraw/",
        translate_requests.translation_request_withdraw,
        name="translation_request_withdraw",
    ),
    path(
        "translate/<slug:language>/<slug:kind>/<int:pk>/",
        translate.translation_edit,
        name="translation_edit",
    ),
    path("my/", dashboard.dashboard_page, name="dashboard"),
    path("my/updates/", own_updates.updates_read, name="updates_read"),
    path("my/updates/<slug:slug>/", own_updates.update_open, name="update_open"),
    path("my/updates/<slug:slug>/changes/", own_updates.update_changes, name="update_changes"),
    path("my/relays/", relays.relay_list, name="relay_list"),
    path("my/relays/new/", relays.relay_new, name="relay_new"),
    path("my/relays/<int:pk>/", relays.relay_edit, name="relay_edit"),
    path("my/relays/<int:pk>/withdraw/", relays.relay_withdraw, name="relay_withdraw"),
    path("my/reports/", own_reports.report_list, name="own_reports"),
    path("my/reports/new/", report_editor.report_new, name="report_new"),
    path("my/reports/<int:pk>/", report_editor.report_edit, name="report_edit"),
    path("my/reports/<int:pk>/correct/", own_reports.report_correct, name="report_correct"),
    path("my/reports/<int:pk>/discard/", own_reports.report_discard, name="report_discard"),
]
