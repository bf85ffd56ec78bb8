"""Pages of the liaisons app; all stand under a language prefix."""

from django.urls import include, path

from . import own_mandates, own_terms
from .letters import inbox as letters_inbox
from .letters import views as letters
from .own import handover, notes, sharing, writing

app_name = "liaisons"

urlpatterns = [
    path("join/", include("liaisons.join.urls")),
    path("my/settings/", include("liaisons.settings_pages.urls")),
    path("subscribe/", include("liaisons.subscribing.urls")),
    path("groups/<slug:slug>/write/", letters.letter_new, name="letter_new"),
    path("groups/<slug:slug>/write/code/", letters.letter_code, name="letter_code"),
    path("groups/<slug:slug>/write/sent/", letters.letter_sent, name="letter_sent"),
    path("my/letters/", letters_inbox.letter_list, name="letter_list"),
    path("my/letters/<int:pk>/", letters_inbox.letter, name="letter"),
    path("my/mandates/", own_mandates.mandate_list, name="mandate_list"),
    path("my/mandates/<int:pk>/", own_mandates.mandate_page, name="mandate"),
    path("my/mandates/<int:pk>/answer/", own_mandates.answer, name="mandate_answer"),
    path("my/mandates/<int:pk>/withdraw/", own_mandates.withdraw, name="mandate_withdraw"),
    path("my/mandates/<int:pk>/end/", own_mandates.end, name="mandate_end"),
    path("my/mandates/<int:pk>/add/", writing.add, name="mandate_add"),
    path("my/mandates/<int:pk>/ask/", writing.ask, name="mandate_ask"),
    path("my/mandates/<int:pk>/successor/", handover.successor, name="mandate_successor"),
    path("my/mandates/<int:pk>/notes/", notes.notes, name="mandate_notes"),
    path("my/mandates/<int:pk>/share/", sharing.share, name="mandate_share"),
    path("succeed/<str:token>/", handover.succeed, name="succeed"),
    path("say/<str:token>/", sharing.endorse, name="endorse"),
    path("my/mandates/<int:pk>/renew/", own_terms.renew, name="mandate_renew"),
    path("my/mandates/<int:pk>/again/", own_terms.again, name="mandate_again"),
    path("my/away/", own_terms.away, name="away"),
]
