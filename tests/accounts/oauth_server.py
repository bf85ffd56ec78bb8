"""A small wiki that speaks as MediaWiki does, on loopback: OAuth 2, and one question of the API.

It knows three addresses of MediaWiki's REST API, ``authorize``, ``access_token`` (with PKCE) and
``resource/profile``; and ``api.php`` with ``meta=globaluserinfo``, as CentralAuth answers who may
not see hidden accounts. It notes what it was asked, so that tests can look.

``tricks`` makes it hostile: for "token", "profile" or "api" a function that gets the handler and
answers in its own way.
"""

import base64
import hashlib
import json
import secrets
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlencode, urlsplit

CLIENT_ID, CLIENT_SECRET = "our-client", "our-secret"
BASE = "/w/rest.php/oauth2"
# Seconds in which a server notices that it shall end: each test waits for that.
POLL = 0.01


class OAuthServer:
    """The server, and the profile of whoever signs in next."""

    def __init__(self):
        self.profile = {}
        self.refuses = False
        self.is_broken = False
        self.codes = {}
        self.tokens = {}
        self.user_agents = []
        self.challenges = []
        self.tricks = {}
        self.was_cut = threading.Event()
        # By central id: {"name": …}, with "locked" or "hidden" where it is so.
        self.accounts = {}
        self.questions = []
        outer = self

        class Handler(_Handler):
            server_state = outer

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.origin = f"http://127.0.0.1:{self.http.server_address[1]}"
        self.thread = threading.Thread(target=self.http.serve_forever, args=(POLL,), daemon=True)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *exc):
        self.http.shutdown()
        self.http.server_close()
        self.thread.join()


class _Handler(BaseHTTPRequestHandler):
    server_state: OAuthServer

    def log_message(self, *args):
        """Quiet."""

    def do_GET(self):
        state, address = self.server_state, urlsplit(self.path)
        asked = {name: values[0] for name, values in parse_qs(address.query).items()}
        if address.path == f"{BASE}/authorize":
            self._authorize(state, asked)
        elif address.path == f"{BASE}/resource/profile":
            self._profile(state)
        elif address.path == "/w/api.php":
            self._api(state, asked)
        else:
            self._answer(404, {"error": "not_found"})

    def do_POST(self):
        state = self.server_state
        length = int(self.headers.get("Content-Length", 0))
        asked = {n: v[0] for n, v in parse_qs(self.rfile.read(length).decode()).items()}
        state.user_agents.append(self.headers["User-Agent"])
        code = state.codes.pop(asked.get("code"), None)
        problem = self._problem(asked, code)
        if "token" in state.tricks:
            return state.tricks["token"](self)
        if self.path != f"{BASE}/access_token" or state.is_broken:
            return self._answer(500, {"error": "server_error"})
        if problem:
            return self._answer(400, {"error": problem})
        token = secrets.token_urlsafe(20)
        state.tokens[token] = code["profile"]
        return self._answer(
            200, {"access_token": token, "token_type": "Bearer", "expires_in": 14400}
        )

    def _authorize(self, state, asked):
        ok = asked.get("client_id") == CLIENT_ID and asked.get("response_type") == "code"
        if not ok or asked.get("code_challenge_method") != "S256":
            return self._answer(400, {"error": "invalid_request"})
        state.challenges.append(asked["code_challenge"])
        answer = {"state": asked.get("state", "")}
        if state.refuses:
            answer["error"] = "access_denied"
        else:
            answer["code"] = secrets.token_urlsafe(20)
            state.codes[answer["code"]] = {
                "challenge": asked["code_challenge"],
                "redirect_uri": asked["redirect_uri"],
                "profile": dict(state.profile),
            }
        self.send_response(302)
        self.send_header("Location", f"{asked['redirect_uri']}?{urlencode(answer)}")
        self.send_header("Content-Length", "0")
        self.end_headers()

    @staticmethod
    def _problem(asked, code):
        if asked.get("client_id") != CLIENT_ID or asked.get("client_secret") != CLIENT_SECRET:
            return "invalid_client"
        if code is None or asked.get("redirect_uri") != code["redirect_uri"]:
            return "invalid_grant"
        digest = hashlib.sha256(asked.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        return "" if challenge == code["challenge"] else "invalid_grant"

    def _profile(self, state):
        state.user_agents.append(self.headers["User-Agent"])
        if "profile" in state.tricks:
            return state.tricks["profile"](self)
        token = (self.headers["Authorization"] or "").removeprefix("Bearer ")
        if token not in state.tokens:
            return self._answer(401, {"error": "invalid_token"})
        return self._answer(200, state.tokens[token])

    def _api(self, state, asked):
        state.questions.append(asked)
        state.user_agents.append(self.headers["User-Agent"])
        if "api" in state.tricks:
            return state.tricks["api"](self)
        known = state.accounts.get(asked["guiid"])
        if known is None:
            return self._answer(200, {"error": {"code": "invaliduserid", "info": "None such."}})
        if known.get("hidden"):
            found = {"missing": True}
        else:
            found = {"home": "metawiki", "id": int(asked["guiid"]), "name": known["name"]}
            if known.get("locked"):
                found["locked"] = True
        return self._answer(200, {"batchcomplete": True, "query": {"globaluserinfo": found}})

    def _answer(self, status, body):
        self.say(status, json.dumps(body).encode())

    def say(self, status, data, *, kind="application/json", length=None, **headers):
        """Any answer; ``length`` may lie, and a header is named with underscores."""
        self.send_response(status)
        if kind:
            self.send_header("Content-Type", kind)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(data) if length is None else length))
        self.end_headers()
        try:
            self.wfile.write(data)
        except OSError:
            pass  # The other side has hung up.
