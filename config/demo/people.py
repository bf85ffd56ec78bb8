"""Who the demo's people are. None of them exists."""

from dataclasses import dataclass

from liaisons.models import Mandate

EndReason = Mandate.EndReason
PRIMARY, DEPUTY = Mandate.Seat.PRIMARY, Mandate.Seat.DEPUTY
BOARD, STAFF, MEMBER = Mandate.Role.BOARD, Mandate.Role.STAFF, Mandate.Role.MEMBER


@dataclass(frozen=True)
class Account:
    """One of the accounts that are printed at the end, for walking through the product."""

    address: str
    name: str
    what_for: str
    role: str = ""
    is_superuser: bool = False
    # Some roles need no access to the admin.
    is_staff: bool = False


CORE_TEAM = Account(
    "core-team@example.org",
    "Demo Core Team",
    "everything in the admin: updates, topics, groups, people",
    role="Core Team editor",
    is_superuser=True,
    is_staff=True,
)
REVIEWER = Account(
    "reviewer@example.org",
    "Demo reviewer",
    "the queue of applications",
    role="Reviewer",
    is_staff=True,
)
TRANSLATOR = Account(
    "translator@example.org", "Demo translator", "texts to be translated", role="Translator"
)
LIAISON = Account("liaison@example.org", "Demo liaison", "a liaison with much to do")
APPLICANT = Account("applicant@example.org", "Demo applicant", "an application that waits")
PLAIN_MEMBER = Account("member@example.org", "Demo member", "no mandate yet; may apply")
ACCOUNTS = [CORE_TEAM, REVIEWER, TRANSLATOR, LIAISON, APPLICANT, PLAIN_MEMBER]


@dataclass(frozen=True)
class Liaison:
    """A demo liaison: a group by its code or database name, and the answers given at sign-up."""

    number: int
    group: str
    country: str
    mail_language: str
    languages: list[str]
    time_zone: str
    confirmed_days_ago: int
    seat: str = PRIMARY
    role: str = MEMBER
    is_public: bool = True
    rhythm: str = "weekly"
    needs_help: bool = False
    # Their account on the wiki, where the digest comes to their talk page.
    on_talk_page: str = ""
    # Why the mandate ended, when, and what the Core Team ended it for; empty while it lasts.
    end_reason: str = ""
    ended_days_ago: int = 0
    ended_by_core_team: str = ""
    # The number of the liaison who handed the seat over to this one.
    succeeds: int | None = None
    address: str = ""
    name: str = ""

    @property
    def reviewed_after(self) -> int:
        """Days from application to confirmation: from one to nine, by number."""
        return 1 + self.number * 5 % 9


def _liaison(number, *words, **more):
    return Liaison(
        number,
        *words,
        **{
            "address": f"demo-liaison-{number}@example.org",
            "name": f"Demo liaison {number}",
            **more,
        },
    )


LIAISONS = [
    _liaison(0, "swwiki", "TZ", "en", ["sw", "en"], "Africa/Dar_es_Salaam", 75,
             address=LIAISON.address, name=LIAISON.name, rhythm="daily", needs_help=True),
    _liaison(1, "AM", "AM", "ru", ["hy", "ru"], "Asia/Yerevan", 104, role=BOARD),
    _liaison(2, "AR", "AR", "es", ["es"], "America/Argentina/Buenos_Aires", 110, role=STAFF),
    _liaison(3, "BD", "BD", "en", ["bn"], "Asia/Dhaka", 96, needs_help=True, is_public=False),
    _liaison(4, "CL", "CL", "es", ["es"], "America/Santiago", 90, role=BOARD, is_public=False),
    _liaison(5, "CZ", "CZ", "en", ["cs"], "Europe/Prague", 88),
    _liaison(6, "DE", "DE", "de", ["de"], "Europe/Berlin", 117, role=STAFF, rhythm="at_once"),
    _liaison(7, "ID", "ID", "en", ["id", "jv"], "Asia/Jakarta", 80, needs_help=True),
    _liaison(8, "EGY", "EG", "ar", ["ar", "arz"], "Africa/Cairo", 77, is_public=False),
    _liaison(9, "TUN", "TN", "ar", ["ar", "fr"], "Africa/Tunis", 71,
             on_talk_page="Demo liaison 9 (made up)"),
    _liaison(10, "IRN", "IR", "en", ["fa"], "Asia/Tehran", 68, is_public=False, needs_help=True),
    _liaison(11, "GHA", "GH", "en", ["tw", "ee", "en"], "Africa/Accra", 66, role=BOARD),
    _liaison(12, "NGA", "NG", "en", ["ha", "yo", "ig", "en"], "Africa/Lagos", 61, rhythm="daily"),
    _liaison(13, "UGA", "UG", "en", ["lg", "en"], "Africa/Kampala", 59,
             on_talk_page="Demo liaison 13 (made up)"),
    _liaison(14, "VE", "VE", "es", ["es"], "America/Caracas", 390),
    _liaison(15, "jawiki", "JP", "ja", ["ja"], "Asia/Tokyo", 54, is_public=False),
    _liaison(16, "arwiki", "MA", "ar", ["ar"], "Africa/Casablanca", 52),
    _liaison(17, "hiwiki", "IN", "hi", ["hi"], "Asia/Kolkata", 49, needs_help=True),
    _liaison(18, "frwiktionary", "BE", "fr", ["fr"], "Europe/Brussels", 45),
    _liaison(19, "zhwiki", "TW", "zh-hans", ["zh-hans", "zh-hant"], "Asia/Taipei", 43,
             is_public=False),
    _liaison(20, "ruwiki", "KZ", "ru", ["ru", "kk"], "Asia/Almaty", 40),
    _liaison(21, "ptwikisource", "PT", "pt", ["pt"], "Europe/Lisbon", 36, rhythm="monthly"),
    _liaison(22, "eswikivoyage", "ES", "es", ["es"], "Europe/Madrid", 378),
    _liaison(23, "commonswiki", "NL", "en", ["nl", "en"], "Europe/Amsterdam", 33),
    _liaison(24, "wikidatawiki", "AT", "de", ["de", "en"], "Europe/Vienna", 30),
    _liaison(25, "CAT", "ES", "es", ["ca"], "Europe/Madrid", 27, role=BOARD),
    _liaison(26, "ELiSo", "FR", "fr", ["eo", "fr"], "Europe/Paris", 70,
             end_reason="The group chose another person in its yearly vote.",
             ended_days_ago=3),
    _liaison(27, "WREN", "CA", "en", ["en"], "America/Toronto", 22, role=STAFF),
    _liaison(28, "CA", "CA", "fr", ["fr", "en"], "America/Montreal", 20),
    _liaison(29, "AM", "AM", "en", ["hy", "en"], "Asia/Yerevan", 17, seat=DEPUTY),
    _liaison(30, "swwiki", "KE", "en", ["sw"], "Africa/Nairobi", 15, seat=DEPUTY,
             needs_help=True),
    _liaison(31, "MX", "MX", "es", ["es", "nah"], "America/Mexico_City", 12),
    _liaison(32, "JWK", "TZ", "en", ["sw"], "Africa/Dar_es_Salaam", 9, is_public=False),
    _liaison(33, "GB-CYM", "GB", "en", ["cy"], "Europe/London", 6),
    _liaison(34, "BEN", "BJ", "fr", ["fr", "fon"], "Africa/Porto-Novo", 64, role=BOARD),
    _liaison(35, "WMB", "BR", "pt", ["pt"], "America/Sao_Paulo", 83, role=STAFF),
    _liaison(36, "MYS", "MY", "en", ["ms"], "Asia/Kuala_Lumpur", 47, seat=DEPUTY),
    _liaison(37, "DE", "DE", "de", ["de"], "Europe/Berlin", 92, seat=DEPUTY, rhythm="at_once"),
    _liaison(38, "NGA", "NG", "en", ["ig", "en"], "Africa/Lagos", 28, seat=DEPUTY),
    _liaison(39, "AU", "AU", "en", ["en"], "Australia/Sydney", 58, role=BOARD),
    _liaison(40, "NPL", "NP", "en", ["ne"], "Asia/Kathmandu", 38, is_public=False,
             rhythm="at_once"),
    _liaison(41, "AR", "AR", "es", ["es"], "America/Argentina/Buenos_Aires", 50, seat=DEPUTY),
    _liaison(42, "CL", "CL", "es", ["es"], "America/Santiago", 384, seat=DEPUTY),
    _liaison(43, "TUN", "TN", "fr", ["fr", "ar"], "Africa/Tunis", 99, seat=DEPUTY,
             end_reason="The group told us that this person no longer speaks for it.",
             ended_days_ago=26, ended_by_core_team=EndReason.WITHDRAWN_BY_GROUP),
    _liaison(44, "SE", "SE", "en", ["sv", "en"], "Europe/Stockholm", 400, role=BOARD),
    _liaison(45, "NO", "NO", "en", ["nb", "en"], "Europe/Oslo", 340),
    _liaison(46, "FI", "FI", "en", ["fi"], "Europe/Helsinki", 363, is_public=False),
    _liaison(47, "PL", "PL", "en", ["pl"], "Europe/Warsaw", 300, role=STAFF),
    _liaison(48, "PL", "PL", "en", ["pl"], "Europe/Warsaw", 21, succeeds=47),
    _liaison(49, "PH-WC", "PH", "en", ["tl", "ceb", "en"], "Asia/Manila", 150,
             end_reason="We wrote three times and got no answer for months.",
             ended_days_ago=40, ended_by_core_team=EndReason.ENDED_BY_CORE_TEAM),
]  # fmt: skip
