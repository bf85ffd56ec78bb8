"""Files for translation platforms: a round trip loses nothing, and a broken file says where."""

import io
import json
import threading
import zipfile

import pytest
from django.contrib.auth.models import Group as Role
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.db import connection

from config import roles
from strategy import topics, updates
from strategy.models import OtherTranslation, Translation, TranslationState, Update, UpdateEvent
from strategy.translating import files, publishing
from strategy.translating.states import Standings, State
from tests.factories import LanguageFactory, UserFactory
from tests.strategy.factories import TopicFactory, TopicQuestionFactory

from .desk import IN_HINDI

pytestmark = pytest.mark.django_db
PAGE = "/admin/strategy/translation/files/"


@pytest.fixture
def team(as_person):
    """A window of an editor of the Core Team."""
    roles.make_roles()
    person = UserFactory(core_team=True)
    person.groups.set([Role.objects.get(name=roles.EDITOR)])
    return as_person(person)


@pytest.fixture
def topic(erin):
    """A public topic with two questions."""
    made = TopicFactory(title_en="Advocacy", short_en="How to speak up.")
    topics.save(made, actor=erin)
    questions = [
        TopicQuestionFactory(topic=made, position=number, text_en=f"Question {number}?")
        for number in (1, 2)
    ]
    topics.save_questions(questions, actor=erin)
    return made


def taken(team, language) -> dict:
    response = team.get(f"{PAGE}{language}/")
    assert response["Content-Disposition"] == f'attachment; filename="{language}.json"'
    return json.loads(response.content)


def shown(team, content) -> str:
    """The page after a file was chosen."""
    raw = content if isinstance(content, bytes) else json.dumps(content, indent=1).encode()
    response = team.post(PAGE, {"file": SimpleUploadedFile("hi.json", raw)})
    assert response.status_code == 200
    return response


def brought(team, content):
    """A file is chosen, looked at, and said yes to."""
    page = shown(team, content)
    plan = page.context["plan"]
    sent = {"content": page.context["content"], "mark": plan.mark}
    return team.post(PAGE, sent, follow=True).content.decode()


def state_of(thing, code) -> State:
    return Standings([thing]).of_thing(type(thing).objects.get(pk=thing.pk), code)


def in_hindi(update) -> dict:
    return {f"update-{update.pk}-{field}": words for field, words in IN_HINDI.items()}


# --- Out ------------------------------------------------------------------------------------------


def test_the_files_hold_every_public_text_and_say_what_it_is(team, update, topic):
    english, hindi, arabic = (taken(team, code) for code in ("en", "hi", "ar"))
    key = f"update-{update.pk}-title"
    question = topic.questions.first()
    assert english[key] == "Salons begin"
    assert english[f"topic-{topic.pk}-question-{question.pk}-text"] == "Question 1?"
    assert arabic[key] == "تبدأ الصالونات"
    assert [name for name in hindi if name != "@metadata"] == []
    explained = taken(team, "qqq")
    assert explained.keys() == english.keys()
    assert "Salons begin" in explained[key]
    assert "Markdown" in explained[f"update-{update.pk}-body"]
    packed = zipfile.ZipFile(io.BytesIO(team.get(f"{PAGE}all/").content))
    assert {"en.json", "qqq.json", "hi.json", "zh-hans.json"} <= set(packed.namelist())
    assert json.loads(packed.read("ar.json")).keys() == arabic.keys()


def test_drafts_are_in_no_file(team, update, erin):
    draft = Update(slug="secret", title_en="Secret", short_en="Not yet.")
    updates.save(draft, actor=erin)
    assert "Secret" not in json.dumps([taken(team, "en"), taken(team, "qqq")])


def test_a_round_trip_changes_nothing(team, update, topic):
    before = [list(TranslationState.objects.values()), UpdateEvent.objects.count()]
    page = shown(team, taken(team, "ar"))
    assert "This file changes nothing." in page.content.decode()
    assert page.context["plan"].left_out == []
    assert [list(TranslationState.objects.values()), UpdateEvent.objects.count()] == before


# --- Back -----------------------------------------------------------------------------------------


def test_what_was_translated_comes_in_after_a_look(team, update, topic):
    question = topic.questions.first()
    content = taken(team, "hi") | in_hindi(update)
    content |= {
        f"topic-{topic.pk}-title": "वकालत",
        f"topic-{topic.pk}-short": "कैसे बोलें।",
        f"topic-{topic.pk}-question-{question.pk}-text": "प्रश्न १?",
    }
    page = shown(team, content)
    assert "Change 6 texts" in page.content.decode()
    update.refresh_from_db()
    assert not update.title_hi
    assert "6 texts were changed." in brought(team, content)
    update.refresh_from_db()
    assert (update.title_hi, update.short_hi, update.body_hi) == tuple(IN_HINDI.values())
    assert topic.questions.get(pk=question.pk).text_hi == "प्रश्न १?"
    assert state_of(update, "hi") == State.CURRENT
    assert state_of(topic, "hi") == State.INCOMPLETE
    event = update.events.latest("pk")
    assert event.kind == UpdateEvent.Kind.TRANSLATED
    # The same file once more changes nothing.
    assert "This file changes nothing." in shown(team, content).content.decode()


def test_what_was_made_from_older_english_counts_as_outdated(team, update, erin):
    content = taken(team, "hi") | in_hindi(update)
    update.title_en = "Salons begin in June"
    updates.save(update, actor=erin)
    assert "it will count as outdated" in shown(team, content).content.decode()
    brought(team, content)
    assert state_of(update, "hi") == State.OUTDATED
    outdated = TranslationState.objects.filter(language="hi", source__is_current=False)
    assert [one.field for one in outdated] == ["title"]


def test_what_is_not_in_the_file_is_not_looked_at(team, update, erin):
    update.short_en = "Apply until June."
    updates.save(update, actor=erin)
    assert state_of(update, "ar") == State.OUTDATED
    key = f"update-{update.pk}-title"
    brought(team, taken(team, "ar") | {key: "الصالونات تبدأ"})
    update.refresh_from_db()
    assert update.title_ar == "الصالونات تبدأ"
    assert state_of(update, "ar") == State.OUTDATED


def test_what_somebody_changed_here_meanwhile_stays(team, update, erin):
    key = f"update-{update.pk}-title"
    untouched, touched = taken(team, "ar"), taken(team, "ar") | {key: "من هناك"}
    update.title_ar = "من هنا"
    updates.save(update, actor=erin)
    assert "This file changes nothing." in shown(team, untouched).content.decode()
    page = shown(team, touched)
    (left_out,) = page.context["plan"].left_out
    assert left_out.key == key
    assert "Changed here too" in page.content.decode()
    update.refresh_from_db()
    assert update.title_ar == "من هنا"


def test_a_yes_is_for_what_was_shown(team, update, erin):
    page = shown(team, taken(team, "hi") | in_hindi(update))
    sent = {"content": page.context["content"], "mark": page.context["plan"].mark}
    publishing.put_in(update, "hi", {"title": "कुछ और", "short": "और"}, by=erin)
    assert "Something changed meanwhile" in team.post(PAGE, sent).content.decode()
    update.refresh_from_db()
    assert update.title_hi == "कुछ और"


def test_who_translates_at_that_moment_is_told(team, update, desk, translator):
    window = desk(translator, update).claim()
    brought(team, taken(team, "hi") | in_hindi(update) | {f"update-{update.pk}-title": "अन्य"})
    assert Translation.objects.get().person == translator
    window.publish()
    assert window.shows("The published translation was changed meanwhile.")
    update.refresh_from_db()
    assert update.title_hi == "अन्य"


def test_a_text_that_could_not_be_read_alone_is_left_out(team, update):
    page = shown(team, taken(team, "hi") | {f"update-{update.pk}-title": "सैलून"})
    (left_out,) = page.context["plan"].left_out
    assert f"update-{update.pk}-short" in left_out.message
    assert "This file changes nothing." in page.content.decode()


def test_another_language_than_the_site_s(team, update, topic):
    LanguageFactory(code="sw")
    words = {f"update-{update.pk}-title": "Saluni", f"update-{update.pk}-short": "Ombeni."}
    content = {"@metadata": {"language": "sw"}, **words}
    brought(team, content)
    assert OtherTranslation.objects.get().texts == {"title": "Saluni", "short": "Ombeni."}
    sent = taken(team, "sw")
    assert sent[f"update-{update.pk}-title"] == "Saluni"
    assert "This file changes nothing." in shown(team, sent).content.decode()


# --- Broken files ---------------------------------------------------------------------------------

GOOD = '{\n "@metadata": {"language": "hi"},\n'


@pytest.mark.parametrize(
    ("raw", "line", "said"),
    [
        (GOOD + ' "a": "b",\n}', 4, "This is not JSON"),
        (GOOD + ' "a": "b",\n "a": "c"\n}', 4, "there twice"),
        (GOOD + ' "a": ["b"]\n}', 3, "This is no text"),
        (GOOD + ' "a": "\\u0000"\n}', 3, "cannot be stored"),
        (GOOD + ' "a": "\\ud800"\n}', 3, "cannot be stored"),
        ("[]", None, "no list of messages"),
        ("[" * 100_000, None, "no list of messages"),
        ('{"a": "b"}', None, "does not say its language"),
        ('{"@metadata": {"language": "en"}}', None, "Nothing is translated into"),
        ('{"@metadata": {"language": "xx"}}', None, "Nothing is translated into"),
        ('{"@metadata": {"language": ["hi"]}}', None, "does not say its language"),
        ('{"@metadata": "hi"}', None, "no list of messages"),
        (b'{\n"a": "\xff"}', 2, "not UTF-8"),
        (b"\x00" * (files.LARGEST + 1), None, "too large"),
    ],
)
def test_a_broken_file_says_where_and_nothing_of_it_is_taken(team, update, raw, line, said):
    page = shown(team, raw if isinstance(raw, bytes) else raw.encode())
    problem = page.context["problems"][0]
    assert said in problem.message
    assert problem.line == line
    assert "Nothing was taken from this file" in page.content.decode()


def test_one_bad_text_and_nothing_is_taken(team, update, erin):
    update.body_en = "Write to {name}."
    updates.save(update, actor=erin)
    content = taken(team, "hi") | in_hindi(update)
    (problem,) = shown(team, content).context["problems"]
    assert problem.key == f"update-{update.pk}-body"
    assert "placeholders are missing" in problem.message
    content[problem.key] = "{name} को लिखें।"
    content[f"update-{update.pk}-title"] = "ज" * 1000
    (problem,) = shown(team, content).context["problems"]
    assert problem.key == f"update-{update.pk}-title"
    update.refresh_from_db()
    assert not update.short_hi


def test_no_file_is_chosen(team):
    assert "Choose a file." in team.post(PAGE, {}).content.decode()


@pytest.mark.parametrize("content", ["{", "\x00", "[" * 100_000])
def test_a_yes_with_other_words_is_no_error_of_ours(team, content):
    assert team.post(PAGE, {"content": content, "mark": "x"}).status_code < 500


def test_who_may_not_publish_sees_no_files(as_person, translator):
    window = as_person(translator)
    assert window.get(PAGE).status_code in (302, 403)
    assert window.get(f"{PAGE}en/").status_code in (302, 403)


def test_there_is_no_file_of_an_unknown_language(team):
    assert team.get(f"{PAGE}xx/").status_code == 404


# --- From a shell ---------------------------------------------------------------------------------


def test_the_commands_do_the_same(update, tmp_path, capsys):
    call_command("export_translations", tmp_path, verbosity=0)
    file = tmp_path / "hi.json"
    content = json.loads(file.read_text()) | in_hindi(update) | {"update-0-title": "x"}
    file.write_text(json.dumps(content, indent=1))
    call_command("import_translations", file, "--dry-run")
    assert "3 would change, 0 the same, 1 left out" in capsys.readouterr().out
    call_command("import_translations", file)
    update.refresh_from_db()
    assert update.title_hi == IN_HINDI["title"]
    bad = tmp_path / "bad.json"
    bad.write_text("{\n,}")
    with pytest.raises(CommandError):
        call_command("import_translations", bad, tmp_path / "none.json")
    said = capsys.readouterr()
    assert f"{bad}:2:" in said.out
    assert "No such file" in said.err


@pytest.mark.django_db(transaction=True)
def test_of_two_who_bring_it_in_at_once_one_changes(update, erin):
    given = files.read(json.dumps({"@metadata": {"language": "hi"}, **in_hindi(update)}).encode())
    start, plans = threading.Barrier(2), []

    def run():
        start.wait()
        plans.append(files.bring_in(given, by=erin))
        connection.close()

    threads = [threading.Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(len(plan.changes) for plan in plans) == [0, 3]
    assert update.events.filter(kind=UpdateEvent.Kind.TRANSLATED).count() == 1
