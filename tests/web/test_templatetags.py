"""What the ``web`` template tags show, in the languages where it is easy to get wrong."""

from datetime import UTC, date, datetime
from unittest import mock

import pytest
import time_machine
from django import forms
from django.template import Context, Template, loader
from django.utils import translation

from strategy.models import Update
from web import kept_figures


def show(source: str, language: str = "en", **context) -> str:
    with translation.override(language):
        return Template("{% load web %}" + source).render(Context(context))


@pytest.mark.parametrize(
    ("language", "style", "text"),
    [
        ("en", "long", "3 July 2019"),
        ("en", "short", "3 Jul"),
        ("en", "month", "July 2019"),
        ("de", "long", "3. Juli 2019"),
        ("ar", "long", "3 يوليو 2019"),
        ("ja", "month", "2019年7月"),
        ("zh-hans", "long", "2019年7月3日"),
    ],
)
def test_a_day_is_written_as_its_reader_writes_it(language, style, text):
    html = show("{{ when|day:style }}", language, when=date(2019, 7, 3), style=style)
    assert html == f'<time datetime="2019-07-03">{text}</time>'


def test_the_first_of_a_month_is_an_ordinal_in_french():
    assert ">1er juillet 2019<" in show("{{ when|day }}", "fr", when=date(2019, 7, 1))
    assert show("{{ when|day_text }}", "fr", when=date(2019, 7, 11)) == "11 juillet 2019"
    assert show("{{ when|day_text }}", "es", when=date(2019, 7, 1)) == "1 de julio de 2019"
    assert "1er–15 juil. 2019" in show(
        "{% days a b %}", "fr", a=date(2019, 7, 1), b=date(2019, 7, 15)
    )


@pytest.mark.parametrize(
    ("known", "text"),
    [
        ("2013-03-26", "26 mars 2013"),
        ("2013-03", "mars 2013"),
        ("2013", "2013"),
        ("2013-13-01", "2013-13-01"),
        ("about 2013", "about 2013"),
        ("", ""),
    ],
)
def test_a_day_is_written_as_far_as_it_is_known(known, text):
    assert show("{{ known|day_as_known }}", "fr", known=known) == text


def test_no_day_shows_nothing():
    assert show("{{ when|day }}{{ when|in_days }}{{ when|moment }}", when=None) == ""


def test_a_moment_carries_its_zone():
    html = show("{{ when|moment }}", when=datetime(2019, 7, 3, 14, 5, tzinfo=UTC))
    assert 'datetime="2019-07-03T14:05:00+00:00"' in html
    assert "UTC" in html


@time_machine.travel(datetime(2019, 7, 15, 12, tzinfo=UTC), tick=False)
@pytest.mark.parametrize(
    ("when", "text"),
    [
        (date(2019, 7, 15), "today"),
        (date(2019, 7, 16), "tomorrow"),
        (date(2019, 7, 14), "yesterday"),
        (date(2019, 7, 27), "in 12 days"),
        (date(2019, 7, 10), "5 days ago"),
        (date(2019, 8, 12), "in 4 weeks"),
        (datetime(2019, 7, 17, 23, tzinfo=UTC), "in 2 days"),
    ],
)
def test_how_far_away_a_day_is(when, text):
    assert f">{text}</time>" in show("{{ when|in_days }}", when=when)


def test_a_span_of_days_says_each_part_once():
    html = show("{% days a b %}", a=date(2019, 3, 29), b=date(2019, 3, 31))
    assert "29" in html
    assert "31" in html
    assert html.count("2019") == 1
    assert show("{% days a b %}", a=date(2019, 3, 29), b=None).startswith("<time")


def test_a_fraction_keeps_its_order_in_right_to_left_text():
    html = show("{% fraction 11 30 %}", "ar")
    assert 'dir="ltr"' in html
    assert html.startswith("<bdi")
    assert ">11 / 30<" in html


def test_a_bar_is_as_long_as_its_share_and_survives_an_empty_whole():
    assert 'width="36.7"' in show("{% bar 11 30 %}")
    assert 'width="0"' in show("{% bar 0 0 %}")


def test_numbers_are_grouped_as_the_reader_does():
    assert show("{{ n|number }}", n=12345) == "12,345"
    assert show("{{ n|number }}", "de", n=12345) == "12.345"


def test_names_come_in_the_readers_language_and_fall_back():
    assert show('{% language_name "sw" %}', "fr") == "swahili"
    assert show('{% country_name "TZ" %}', "ar") == "تنزانيا"
    assert show('{% language_name "qqx" "Kiqqx" %}') == "Kiqqx"


def test_a_directional_icon_turns_and_a_labelled_one_speaks():
    assert "icon--flips" in show('{% icon "arrow-next" %}')
    assert 'aria-hidden="true"' in show('{% icon "search" %}')
    spoken = show('{% icon "search" label %}', label='Find "it"')
    assert 'role="img"' in spoken
    assert "&quot;it&quot;" in spoken


def test_text_in_the_readers_language_is_plain_and_escaped():
    update = Update(title_de="Neues <b>", title_en="News")
    assert show('{% translated update "title" %}', "de", update=update) == "Neues &lt;b&gt;"


def test_text_in_another_language_says_so():
    html = show('{% translated update "title" %}', "ar", update=Update(title_en="News"))
    assert '<span lang="en" dir="ltr">News</span>' in html
    assert "الإنجليزية" in html
    quiet = show('{% translated update "title" label=False %}', "ar", update=Update(title_en="N"))
    assert quiet == '<span lang="en" dir="ltr">N</span>'


def test_missing_text_shows_nothing_and_markdown_is_rendered():
    assert show('{% translated update "body" %}', update=Update()) == ""
    body = Update(body_en="*well* <script>")
    html = show('{% translated update "body" as_markdown=True %}', "ar", update=body)
    assert '<div lang="en" dir="ltr">' in html
    assert "<em>well</em>" in html
    assert "<script>" not in html


@pytest.mark.parametrize(
    ("code", "direction"), [("ar", "rtl"), ("pnb", "rtl"), ("ks-deva", "ltr"), ("sw", "ltr")]
)
def test_each_language_has_its_direction(code, direction):
    html = show("{% language_attributes code %}", code=code)
    assert html == f'lang="{code}" dir="{direction}"'


def test_the_small_world_draws_points_by_state_and_wraps_at_its_edge():
    points = [
        {"lat": 0, "lon": -170, "state": "none"},
        {"lat": 84, "lon": -171, "state": "has"},
        {"lat": 84, "lon": -171, "state": "has"},
    ]
    html = show("{% small_world points %}", points=points)
    assert html.count("<circle") == 2
    assert '<circle class="none" cx="0"' in html
    assert '<circle class="has" cx="997" cy="0"' in html


def test_the_current_page_and_its_section_are_marked():
    source = "{% current 'strategy:update_list' 'strategy:update_detail' %}"
    assert show(source, view_name="strategy:update_list") == 'aria-current="page"'
    assert show(source, view_name="strategy:update_detail") == 'aria-current="true"'
    assert show(source, view_name="strategy:topic_list") == ""
    assert show(source) == ""


def test_the_frame_of_all_pages_is_rendered_once_for_each_view_and_language():
    source = '{% frame_part "web/_links.html" %}'
    with kept_figures.of_version(1):
        updates = show(source, view_name="strategy:update_list", user="somebody")
        topics = show(source, view_name="strategy:topic_list", user="somebody")
        with mock.patch.object(loader, "render_to_string", side_effect=AssertionError):
            assert show(source, view_name="strategy:update_list") == updates
        arabic = show(source, "ar", view_name="strategy:update_list")
    assert '/en/updates/" aria-current="page">' in updates
    assert '/en/topics/" aria-current="page">' in topics
    assert '/ar/updates/" aria-current="page">' in arabic
    assert updates.count("aria-current") == topics.count("aria-current") == 1


def test_nothing_of_a_reader_enters_the_frame():
    source = '{% frame_part "web/_foot.html" %}'
    with kept_figures.of_version(2), mock.patch.object(loader, "render_to_string") as rendered:
        rendered.return_value = ""
        show(source, view_name="home", user="somebody", request="theirs", messages=["hello"])
    (template, known), others = rendered.call_args
    assert (template, set(known), others) == ("web/_foot.html", {"view_name", "source_url"}, {})


class AllKinds(forms.Form):
    name = forms.CharField(label="Name", help_text="As written.")
    story = forms.CharField(widget=forms.Textarea, max_length=800, required=False)
    kind = forms.ChoiceField(choices=[("a", "A"), ("b", "B")])
    role = forms.ChoiceField(choices=[("x", "X"), ("y", "Y")], widget=forms.RadioSelect)
    tongues = forms.MultipleChoiceField(
        choices=[(1, "One"), (2, "Two")], widget=forms.CheckboxSelectMultiple
    )
    agreed = forms.BooleanField(label="Agreed")
    token = forms.CharField(widget=forms.HiddenInput, required=False)


def show_field(form, name):
    return show('{% include "web/_field.html" %}', field=form[name])


def test_a_field_ties_its_label_help_and_error_to_its_control():
    html = show_field(AllKinds({"name": ""}), "name")
    assert '<label class="cdx-label__label" for="id_name">' in html
    assert 'aria-describedby="id_name_helptext id_name_error"' in html
    assert 'id="id_name_helptext"' in html
    assert 'id="id_name_error"' in html
    assert 'aria-invalid="true"' in html
    assert "cdx-text-input--status-error" in html


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("story", "cdx-text-area__textarea"),
        ("story", 'maxlength="800"'),
        ("story", "{count} of {limit} characters"),
        ("story", "At most 800 characters"),
        ("kind", 'class="cdx-select"'),
        ("agreed", 'class="cdx-checkbox__input"'),
        ("token", 'type="hidden"'),
    ],
)
def test_each_kind_of_field_is_drawn_as_codex_does(name, expected):
    assert expected in show_field(AllKinds(), name)


def test_choices_keep_what_was_chosen():
    form = AllKinds({"role": "y", "tongues": ["2"]})
    roles, tongues = show_field(form, "role"), show_field(form, "tongues")
    assert 'value="y" id="id_role_1" checked' in roles
    assert roles.count("checked") == 1
    assert 'value="2" id="id_tongues_1" checked' in tongues
    assert "<legend" in roles


def test_optional_fields_say_so():
    assert "field__optional" in show_field(AllKinds(), "story")
    assert "field__optional" not in show_field(AllKinds(), "name")


def test_the_summary_of_errors_leads_to_each_field():
    html = show('{% include "web/_form_errors.html" %}', form=AllKinds({}))
    assert 'href="#id_name"' in html
    assert 'href="#id_role"' in html
    assert 'tabindex="-1"' in html
    assert show('{% include "web/_form_errors.html" %}', form=AllKinds()).strip() == ""
