"""The roles of the Core Team and of those who work with it, as of 2026-11."""

from django.db import migrations

from config.role_operations import give

ROLES = {
    "Core Team editor": [
        "strategy.add_update",
        "strategy.change_update",
        "strategy.view_update",
        "strategy.delete_update",
        "strategy.publish_update",
        "strategy.add_topic",
        "strategy.change_topic",
        "strategy.view_topic",
        "strategy.delete_topic",
        "strategy.add_topicquestion",
        "strategy.change_topicquestion",
        "strategy.view_topicquestion",
        "strategy.delete_topicquestion",
        "strategy.add_timelineentry",
        "strategy.change_timelineentry",
        "strategy.view_timelineentry",
        "strategy.delete_timelineentry",
        "strategy.change_workinggroup",
        "strategy.view_workinggroup",
        "strategy.view_relay",
        "strategy.view_report",
        "strategy.view_statement",
        "strategy.answer_statement",
        "strategy.add_response",
        "strategy.change_response",
        "strategy.view_response",
        "liaisons.change_region",
        "liaisons.view_region",
        "liaisons.view_group",
    ],
    "Reviewer": [
        "liaisons.view_mandate",
        "liaisons.review_mandate",
        "liaisons.view_mandateevent",
        "liaisons.view_endorsement",
        "liaisons.view_contactrule",
        "liaisons.view_letter",
        "liaisons.change_letter",
        "liaisons.add_group",
        "liaisons.change_group",
        "liaisons.view_group",
        "liaisons.view_user",
        "liaisons.view_languageskill",
        "liaisons.view_country",
        "liaisons.view_language",
        "liaisons.view_region",
    ],
    "Working Group member": [
        "strategy.view_topic",
        "strategy.view_report",
        "strategy.view_statement",
        "strategy.view_response",
    ],
    "Translator": ["liaisons.view_languageskill"],
    "Core Team administrator": ["liaisons.*", "strategy.*", "mailing.*"],
}


class Migration(migrations.Migration):
    initial = True
    dependencies = [
        ("contenttypes", "0002_remove_content_type_name"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("liaisons", "0010_address_dates"),
        ("strategy", "0005_drafts_go_on_from_each_other"),
        ("mailing", "0003_address_hashes_are_keyed"),
    ]
    operations = [give(ROLES)]
