"""Pages of the liaisons app; all stand under a language prefix."""

from django.urls import include, path

from . import own_mandates, own_terms

app_name = "liaisons"

urlpatterns = [
    path("join/", include("liaisons.join.urls")),
    path("my/settings/", include("liaisons.settings_pages.urls")),
    path("my/mandates/", own_mandates.mandate_list, name="mandate_list"),
    path("my/mandates/<int:pk>/", own_mandates.mandate_page, name="mandate"),
    path("my/mandates/<int:pk>/answer/", own_mandates.answer, name="mandate_answer"),
    path("my/mandates/<int:pk>/withdraw/", own_mandates.withdraw, name="mandate_withdraw"),
    path("my/mandates/<int:pk>/end/", own_mandates.end, name="mandate_end"),
    path("my/mandates/<int:pk>/renew/", own_terms.renew, name="mandate_renew"),
    path("my/mandates/<int:pk>/again/", own_terms.again, name="mandate_again"),
    path("my/away/", own_terms.away, name="away"),
]
