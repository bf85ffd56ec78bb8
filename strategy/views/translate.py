"""Where texts are translated: the queue, and the page on which one is written.

The page and the script that saves as one goes send the same fields; the script asks for JSON. No
refusal loses what was typed: each shows it again.
"""

import uuid

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from liaisons import unsaved
from liaisons.errors import AlreadyDone, NotAllowed, Refused
from web.names import language_direction

from .. import draft_differences, drafts, editor_words
from ..drafts import Opened, number
from ..translating import access, glossary, pages, queue, requests, texts, work
from ..translating.forms import TranslationForm
from .report_refusals import answer, wants_json
from .translate_refusals import refused, writing
from .translate_refusals import typed as typed_words

PER_PAGE = 20


@access.translator
@require_safe
def translation_queue(request):
    """What one works on, and what needs translating into one of one's languages."""
    allowed = access.of(request.user)
    languages, sources = allowed.languages, allowed.codes_to_english
    asked = request.GET.get("language", "")
    language = asked if asked in languages else languages[0]
    page = Paginator(queue.entries(language, sources), PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "language": language,
        "language_label": texts.language_label(language),
        "languages": [(code, texts.language_label(code)) for code in languages],
        "own": queue.held_by(request.user),
        "submitted": queue.submitted_by(request.user),
        "to_read": queue.to_read(request.user, language, sources),
        "page": page,
        "items": queue.read(page.object_list, language),
    }
    return render(request, "strategy/translate/queue.html", context)


@writing
@require_http_methods(["GET", "HEAD", "POST"])
def translation_edit(request, language, kind, pk):
    """One thing in one language: looked at, claimed, written, published, given back."""
    allowed = access.of(request.user)
    if language not in allowed.languages:
        return _not_theirs(request)
    thing = _thing(kind, pk, language)
    if not allowed.covers(thing, language):
        return _not_theirs(request)
    if request.method != "POST":
        return _show(request, thing, language)
    verbs = {
        "claim": _claim,
        "release": _release,
        "save": _save,
        "publish": _publish,
        "submit": _publish,
        "take_back": _take_back,
        "send_back": _send_back,
    }
    return verbs.get(request.POST.get("do"), _show)(request, thing, language)


def _not_theirs(request):
    """What this person does not translate is not there, and what they typed comes back."""
    if "whose" not in request.POST:
        raise Http404
    message = _("You do not translate into this language now.")
    return refused(request, typed_words(request), message, status=403)


def _thing(kind, pk, language):
    """A public thing that is translated into this language; anything else is not there."""
    things = texts.THINGS.get(kind)
    if things is None or not things.go_into(language) or pk >= 2**63:
        raise Http404
    found = things.public().filter(pk=pk).first()
    if found is None:
        raise Http404
    return texts.in_other_language(texts.with_parts([found]), language)[0]


def _url(thing, language) -> str:
    return reverse("strategy:translation_edit", args=[language, texts.kind_of(thing), thing.pk])


def _queue_url(language) -> str:
    return f"{reverse('strategy:translation_queue')}?language={language}"


def _show(request, thing, language):
    """The editor for who has it; for others the original, and whether they can have it."""
    mine = work.find(thing, language)
    if not work.is_open_to(mine, request.user):
        return _look(request, thing, language, mine)
    draft = work.draft_of(mine)
    if (typed := unsaved.taken(request)) is not None:
        form = TranslationForm(thing, language, typed)
        if form.typed != draft.data:
            return _editor(
                request, thing, language, draft, shown=form.typed, came_back=True,
                before=Opened.by(typed), seen=number(typed.get("seen")),
            )  # fmt: skip
    return _editor(request, thing, language, draft, shown=draft.data)


def _claim(request, thing, language):
    try:
        work.claim(thing=thing, language=language, by=request.user)
    except Refused as refusal:
        messages.warning(request, refusal.message)
    return redirect(_url(thing, language))


def _release(request, thing, language):
    work.release(thing=thing, language=language, by=request.user)
    messages.success(request, _("You gave the text back. What is written stays for others."))
    return redirect(_queue_url(language))


def _take_back(request, thing, language):
    try:
        work.take_back(thing=thing, language=language, by=request.user)
    except Refused as refusal:
        messages.warning(request, refusal.message)
    return redirect(_url(thing, language))


def _send_back(request, thing, language):
    note = request.POST.get("note", "")
    try:
        work.send_back(thing=thing, language=language, by=request.user, note=note)
    except AlreadyDone as refusal:
        return refused(request, {"note": note}, refusal.message)
    except Refused as refusal:
        messages.error(request, refusal.message)
        return redirect(_url(thing, language))
    messages.success(request, _("It is sent back. Who wrote it sees your note."))
    return redirect(_queue_url(language))


def _saved_draft(request, thing, language):
    """Save what came; the draft, or the answer that says why not and shows it again."""
    form = TranslationForm(thing, language, request.POST)
    try:
        draft = work.save_draft(
            thing=thing, language=language, by=request.user, data=form.typed,
            seen=number(request.POST.get("seen")), opened=Opened.by(request.POST),
        )  # fmt: skip
    except drafts.Changed as conflict:
        return None, _conflict(request, thing, language, conflict.draft, form)
    except (work.ClaimLost, AlreadyDone, NotAllowed) as refusal:
        return None, refused(request, form.typed, refusal.message)
    except Refused as refusal:
        return None, _not_saved(request, thing, language, form, refusal)
    return draft, None


def _save(request, thing, language):
    draft, refusal = _saved_draft(request, thing, language)
    if refusal:
        return refusal
    if wants_json(request):
        return answer(200, url=_url(thing, language), revision=draft.revision)
    messages.success(request, _("Your draft is saved. Readers do not see it yet."))
    return redirect(_url(thing, language))


def _publish(request, thing, language):
    """Save, look whether it fits, and show it to everyone, or first to a second reader."""
    draft, refusal = _saved_draft(request, thing, language)
    if refusal:
        return refusal
    form = TranslationForm(thing, language, draft.data)
    is_meant = request.POST.get("meant") == "on"
    if not form.is_valid() or (form.doubts and not is_meant):
        return _editor(request, thing, language, draft, form=form)
    is_for_reader = request.POST["do"] == "submit"
    verb = work.submit if is_for_reader else work.publish
    try:
        verb(
            thing=thing, language=language, by=request.user, seen=draft.revision,
            basis=request.POST.get("basis", ""),
        )  # fmt: skip
    except drafts.Changed as conflict:
        return _conflict(request, thing, language, conflict.draft, form)
    except work.Moved as moved:
        thing = _thing(texts.kind_of(thing), thing.pk, language)
        shown, refusal = draft.data, moved.message
        return _editor(request, thing, language, draft, shown=shown, refusal=refusal)
    except Refused as refusal:
        return refused(request, form.typed, refusal.message)
    said = _("The translation is published. Thank you.")
    if is_for_reader:
        said = _("It waits for a second reader now. You can take it back until somebody read it.")
    messages.success(request, said)
    return redirect(_queue_url(language))


def _conflict(request, thing, language, theirs, form):
    """Two texts of one person: nothing was overwritten, and they choose."""
    if wants_json(request):
        return answer(409, problem="changed", message=str(drafts.Changed(theirs).message))
    return _editor(
        request, thing, language, theirs, shown=form.typed, status=409, is_conflict=True,
        differences=draft_differences.between(form, form.typed, theirs.data),
        before=Opened.by(request.POST),
    )  # fmt: skip


def _not_saved(request, thing, language, form, refusal):
    if wants_json(request):
        return answer(400, problem="refused", message=str(refusal.message))
    return _editor(
        request, thing, language, work.draft_of(work.find(thing, language)), shown=form.typed,
        refusal=refusal.message, status=400, seen=number(request.POST.get("seen")),
        before=Opened.by(request.POST),
    )  # fmt: skip


def _look(request, thing, language, found):
    context = {
        **_about(thing, language),
        "sides": pages.sides(thing, language),
        "state": pages.state_of(thing, language),
        "work": found,
        "is_taken": bool(found and work.is_taken(found)),
        "is_own": bool(found and found.person_id == request.user.pk),
    }
    return render(request, "strategy/translate/look.html", context)


def _editor(
    request, thing, language, draft, *, shown=None, form=None, seen=None, before=drafts.UNKNOWN,
    came_back=False, is_conflict=False, differences=(), refusal="", status=200,
):  # fmt: skip
    """The form beside the original. ``shown`` stands in it unchecked, or ``form`` checked."""
    form = form or TranslationForm(thing, language, initial=shown)
    context = {
        **_about(thing, language),
        "action": _url(thing, language),
        "sides": pages.sides(thing, language, draft=draft, form=form),
        "glossary": glossary.in_text(language, pages.original_of(thing)),
        "form": form,
        "draft": draft,
        "work": draft.translation,
        "is_reading": draft.translation.person_id != request.user.pk,
        "key": f"translation-{draft.translation_id}",
        "page": uuid.uuid4(),
        "before": before,
        "seen": draft.revision if seen is None else seen,
        "basis": work.basis_of(thing, language),
        "came_back": came_back,
        "is_conflict": is_conflict,
        "differences": differences,
        "refusal": refusal,
        "words": editor_words.of_saving(),
    }
    return render(request, "strategy/translate/edit.html", context, status=status)


def _about(thing, language) -> dict:
    """What each page on one thing says of it."""
    return {
        "thing": thing,
        "name": texts.name_of(thing),
        "source": texts.source_of(thing),
        "kind_label": texts.label_of(thing),
        "language": language,
        "language_label": texts.language_label(language),
        "direction": language_direction(language),
        "queue_url": _queue_url(language),
        "wishes": requests.notes_on(thing, language),
    }
