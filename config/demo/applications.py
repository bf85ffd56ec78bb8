"""The demo's applications: most still wait, each for another reason."""

from dataclasses import dataclass, field

from .people import APPLICANT, BOARD, DEPUTY, MEMBER, PRIMARY, STAFF


@dataclass(frozen=True)
class Application:
    """Somebody who applied and is not a liaison; what was done about it so far.

    ``asked`` and ``answered`` are what the Core Team wanted to know and what came back.
    """

    number: int
    group: str
    country: str
    mail_language: str
    languages: list[str]
    applied_days_ago: int
    seat: str = PRIMARY
    role: str = MEMBER
    asked: str = ""
    asked_days_ago: int = 0
    answered: str = ""
    answered_days_ago: int = 0
    declined: str = ""
    withdrawn_days_ago: int = 0
    proposes: dict = field(default_factory=dict)
    address: str = ""
    name: str = ""


@dataclass(frozen=True)
class Unfinished:
    """Somebody who began to sign up and left: ``answers`` of the last step they finished."""

    number: int
    began_days_ago: int
    mail_language: str = "en"
    group: str = ""
    answers: dict = field(default_factory=dict)

    @property
    def address(self) -> str:
        return f"demo-beginner-{self.number}@example.org"

    @property
    def name(self) -> str:
        return f"Demo beginner {self.number}"


def _application(number, *words, **more):
    return Application(
        number,
        *words,
        **{
            "address": f"demo-applicant-{number}@example.org",
            "name": f"Demo applicant {number}",
            **more,
        },
    )


ASK_LINK = "Where did your community discuss this? Please send us a link."
ASK_WHO = "Who took part in the meeting that chose you?"
ASK_HOLDER = (
    "Another person holds the primary seat of this group. Could you two agree who speaks for it? "
    "The deputy seat is free."
)

APPLICATIONS = [
    _application(
        1, "dewiki", "DE", "de", ["de"], 12, asked=ASK_LINK, asked_days_ago=10,
        answered="We spoke about it on our central discussion page. The link follows in the form.",
        answered_days_ago=9,
    ),
    _application(2, "PER", "PE", "es", ["es", "qu"], 9, asked=ASK_WHO, asked_days_ago=6),
    # The primary seat of this group is held: it can be confirmed once that mandate has ended.
    _application(3, "AM", "AM", "en", ["hy"], 4),
    _application(4, "HDW", "IN", "hi", ["hi"], 2),
    _application(
        5, "", "KE", "en", ["sw", "en"], 1,
        proposes={"name": "Demo Readers of the Lake", "kind": "collaboration"},
    ),
    _application(
        6, "VE", "VE", "es", ["es"], 25,
        declined="The page you named shows no decision of the group. "
        "Please apply again once there is one.",
    ),
    _application(7, "WCK", "KE", "en", ["sw", "en"], 6, role=BOARD,
                 address=APPLICANT.address, name=APPLICANT.name),
    # Nobody has looked at it for six weeks.
    _application(8, "UA", "UA", "en", ["uk"], 41, role=STAFF),
    # Asked long ago, and never answered.
    _application(9, "TUR", "TR", "en", ["tr"], 33, seat=DEPUTY, asked=ASK_WHO, asked_days_ago=30),
    _application(10, "FR", "FR", "fr", ["fr"], 16, seat=DEPUTY),
    _application(11, "IT", "IT", "en", ["it"], 11, role=BOARD),
    _application(12, "KR", "KR", "en", ["ko"], 8),
    _application(13, "ptwiki", "BR", "pt", ["pt"], 7, seat=DEPUTY),
    _application(14, "plwiki", "PL", "en", ["pl"], 5),
    _application(15, "TZA", "TZ", "en", ["sw"], 5, seat=DEPUTY),
    _application(
        16, "eswiki", "MX", "es", ["es"], 19, asked=ASK_LINK, asked_days_ago=15,
        answered="It is in the archive of our village pump, in the section of last month.",
        answered_days_ago=13,
    ),
    _application(17, "NY", "US", "en", ["en"], 3, role=STAFF),
    _application(18, "frwiki", "SN", "fr", ["fr", "wo"], 3),
    _application(
        19, "", "PH", "en", ["tl", "en"], 2, role=BOARD,
        proposes={"name": "Demo Map Makers of the Coast", "kind": "user_group"},
    ),
    _application(20, "zhwiki", "TW", "zh-hans", ["zh-hant"], 2, seat=DEPUTY),
    _application(21, "arwiki", "DZ", "ar", ["ar"], 14, seat=DEPUTY, asked=ASK_LINK,
                 asked_days_ago=8),
    _application(22, "idwiki", "ID", "en", ["id"], 1),
    # Wants the primary seat too, was asked, and answered.
    _application(
        23, "DE", "DE", "de", ["de"], 14, asked=ASK_HOLDER, asked_days_ago=12,
        answered="We spoke with each other. The board wants to decide at its next meeting.",
        answered_days_ago=4,
    ),
    _application(24, "wikidatawiki", "SE", "en", ["sv", "en"], 1, seat=DEPUTY),
    _application(25, "GRC", "GR", "en", ["el"], 22, withdrawn_days_ago=17),
    _application(26, "MMR", "MM", "en", ["my"], 37,
                 declined="We asked a question and got no answer. You can apply again any time."),
]  # fmt: skip

BEGINNERS = [
    Unfinished(1, 20),
    Unfinished(2, 11, "es", "CO"),
    Unfinished(3, 6, "ja", "JPN", {"seat": PRIMARY, "role": MEMBER}),
    Unfinished(4, 1, "ar", "IRQ", {"seat": DEPUTY, "role": BOARD}),
]
