"""Hostile input: what people and programs send that no form asked for."""

# Each must come out as text, never as markup or a link that runs.
XSS = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "'><svg/onload=alert(1)>",
    "javascript:alert(1)",
    "[click](javascript:alert(1))",
    "![x](https://tracker.example.org/p.png)",
    "</title><script>alert(1)</script>",
    '<a href="data:text/html,<script>alert(1)</script>">x</a>',
    "]]><script>alert(1)</script>",
    "{{ 7|add:7 }}{% debug %}",
    "\u202e<b onmouseover=alert(1)>evil</b>",
    "<iframe srcdoc='<script>alert(1)</script>'></iframe>",
    "<math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>",
]

# Query strings, as they arrive on the wire.
QUERIES = [
    "q=%00",
    "q=%ED%A0%80",
    "q=%FF%FE",
    "q=" + "a" * 5000,
    "q=%F0%9F%92%A9" * 50,
    "page=99999999999999999999999",
    "page=-1",
    "page=abc",
    "page=1e9",
    "page=%D9%A3",
    "region=';DROP TABLE liaisons_group;--",
    "country=__class__",
    "kind[]=x&kind=y&kind=z",
    "language=../../etc/passwd",
    "next=https://evil.example.org/",
    "next=//evil.example.org",
    "group=%00",
    "group=" + "x" * 3000,
    "status=%C0%AE",
    "&&&===",
    "%",
    "liaison=2&liaison[]=",
]

# The same, as few as it takes: one value for each parameter at once. What is refused before a
# view sees it stands with its like, so that it hides nothing.
QUERIES_TOGETHER = [
    "q=%00&group=%00&q=%ED%A0%80&status=%C0%AE&q=%FF%FE",
    "&".join(
        [
            *("q=" + "a" * 5000, "page=99999999999999999999999", "country=__class__"),
            *("region=';DROP TABLE liaisons_group;--", "language=../../etc/passwd"),
            *("kind[]=x&kind=y&kind=z", "next=https://evil.example.org/", "liaison=2&liaison[]="),
            "group=" + "x" * 3000,
        ]
    ),
    "q=" + "%F0%9F%92%A9" * 50 + "&page=-1&next=//evil.example.org&&&===",
    "page=1e9&q=x&%",
    "page=%D9%A3&status=x",
]

# Bodies of a POST as form fields: name and value.
BODIES = [
    {},
    {"": ""},
    {"q": "\x00"},
    {"name": "\x00\x01\x02", "message": "\x00"},
    {"name": "\ud800".encode("utf-8", "surrogatepass")},
    {"page": "9" * 400},
    {"form-TOTAL_FORMS": "1000000", "form-INITIAL_FORMS": "-1", "form-0-id": "999999999999"},
    {"id": "1", "pk": "1", "person": "1", "user": "1", "reviewer": "1"},
    {
        "status": "confirmed",
        "is_staff": "on",
        "is_superuser": "on",
        "username": "wm:1",
        "is_active": "on",
        "groups": "1",
        "user_permissions": "1",
        "decided_at": "2019-01-01",
        "last_day": "2999-01-01",
    },
    {"group": "999999999999999999999", "language": "999999999999999999999"},
    {"languages": ["xx"] * 500},
    {"email": "a@" + "b" * 3000},
    {"email": "not an address\r\nBcc: someone@example.org"},
]

# The same, as few as it takes.
BODIES_TOGETHER = [
    {},
    {"": "", "q": "\x00", "name": "\x00\x01\x02", "message": "\x00"},
    {
        field: value
        for body in BODIES
        for field, value in body.items()
        if not isinstance(value, bytes) and "\x00" not in value
    },
    {"name": "\ud800".encode("utf-8", "surrogatepass")},
]

# What every field of every model is given at once (see test_hostile_soak.py).
VALUES = ["1", "on", "\x00", "2999-01-01", "confirmed", "x" * 5000]

# Headers, as the test client takes them.
HEADERS = [
    {"HTTP_ACCEPT_LANGUAGE": "x" * 5000},
    {"HTTP_ACCEPT_LANGUAGE": "*;q=nan,\u0000"},
    {"HTTP_COOKIE": "sessionid=\x01\x02; csrftoken='; messages=%00"},
    {"HTTP_COOKIE": "sessionid=" + "a" * 8000},
    {"HTTP_IF_NONE_MATCH": 'W/"' + "a" * 5000},
    {"HTTP_IF_MODIFIED_SINCE": "yesterday"},
    {"HTTP_RANGE": "bytes=-1-,x"},
    {"HTTP_REFERER": "javascript:alert(1)"},
    {"HTTP_X_FORWARDED_FOR": "1.2.3.4, \x00, " + "9" * 500},
    {"HTTP_HOST": "evil.example.org"},
    {"HTTP_HOST": "testserver:99999"},
]
