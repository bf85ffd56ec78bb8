"""Mail and jobs."""

import os

from config import embedded

# --- The mail server ----------------------------------------------------------------------------
if os.environ.get("EMAIL_HOST"):
    EMAIL_HOST = os.environ["EMAIL_HOST"]
    EMAIL_PORT = int(os.environ.get("EMAIL_PORT", "587"))
    EMAIL_HOST_USER = os.environ.get("EMAIL_HOST_USER", "")
    EMAIL_HOST_PASSWORD = os.environ.get("EMAIL_HOST_PASSWORD", "")
    _uses_tls = os.environ.get("EMAIL_USE_TLS", "yes") == "yes"
    # This port speaks TLS from the first word on (RFC 8314), others after STARTTLS.
    EMAIL_USE_SSL = _uses_tls and EMAIL_PORT == 465
    EMAIL_USE_TLS = _uses_tls and not EMAIL_USE_SSL
else:
    _sink = embedded.smtp()
    EMAIL_HOST, EMAIL_PORT = _sink.host, _sink.port
# Django's own, with answers read within bounds.
EMAIL_BACKEND = "mailing.replies.BoundedBackend"
# Seconds for each word of the conversation with the mail server; Django's default is for ever.
EMAIL_TIMEOUT = float(os.environ.get("EMAIL_TIMEOUT", "10"))
DEFAULT_FROM_EMAIL = os.environ.get(
    "DEFAULT_FROM_EMAIL", "Strategy Liaisons <liaisons@example.org>"
)

# --- The ledger ---------------------------------------------------------------------------------
# Each of these is a setting so that stress tests take seconds.
# How many messages a worker takes at once at most: what a killed worker leaves to be picked up
# again. It begins with fewer, and takes as many as it can send in about a second.
MAIL_BATCH = int(os.environ.get("MAIL_BATCH", "800"))
# How many fates a worker may have written that are not on the database's disk yet: so many could be
# sent again if worker and database go down together. 1 waits for the disk with each message.
MAIL_UNSAFE_FATES = int(os.environ.get("MAIL_UNSAFE_FATES", "100"))
# Seconds after which a worker that does not come back is given up. Longer than one message can
# take: about six words of EMAIL_TIMEOUT each.
MAIL_LEASE = float(os.environ.get("MAIL_LEASE", "120"))
# Seconds one task goes on sending before it hands over to the next.
MAIL_TASK_SECONDS = float(os.environ.get("MAIL_TASK_SECONDS", "20"))
# Seconds before the next try after a temporary refusal: the first, doubled each time, the longest.
MAIL_RETRY_FIRST = float(os.environ.get("MAIL_RETRY_FIRST", "60"))
MAIL_RETRY_LONGEST = float(os.environ.get("MAIL_RETRY_LONGEST", "7200"))
# What our mail server (or the provider behind it) allows, for all workers together; 0 is no limit.
# Messages over one connection.
MAIL_PER_CONNECTION = int(os.environ.get("MAIL_PER_CONNECTION", "0"))
# Whether it is told several words at once where it offers that (RFC 2920, PIPELINING), which is
# several times as fast where it is far away. "no" for a server that offers it and gets it wrong.
MAIL_PIPELINING = os.environ.get("MAIL_PIPELINING", "yes") == "yes"
# Messages a second, in all and to the people of one domain. 0.5 is one every two seconds.
MAIL_PER_SECOND = float(os.environ.get("MAIL_PER_SECOND", "0"))
MAIL_PER_SECOND_TO_A_DOMAIN = float(os.environ.get("MAIL_PER_SECOND_TO_A_DOMAIN", "0"))
# Seconds for which a domain is left alone that asked us to wait (421, 450): the first time, doubled
# each time, the longest.
MAIL_DOMAIN_PAUSE_FIRST = float(os.environ.get("MAIL_DOMAIN_PAUSE_FIRST", str(MAIL_RETRY_FIRST)))
MAIL_DOMAIN_PAUSE_LONGEST = float(
    os.environ.get("MAIL_DOMAIN_PAUSE_LONGEST", str(min(3600, MAIL_RETRY_LONGEST)))
)
# The same for our own mail server where it cannot be used at all. Short: sign-in codes wait too.
MAIL_SERVER_PAUSE_FIRST = float(
    os.environ.get("MAIL_SERVER_PAUSE_FIRST", str(min(10, MAIL_RETRY_FIRST)))
)
MAIL_SERVER_PAUSE_LONGEST = float(
    os.environ.get("MAIL_SERVER_PAUSE_LONGEST", str(min(300, MAIL_RETRY_LONGEST)))
)
# A message that could not be handed over is given up after so many seconds and tries.
MAIL_GIVE_UP_SECONDS = float(os.environ.get("MAIL_GIVE_UP_SECONDS", str(2 * 24 * 3600)))
MAIL_GIVE_UP_ATTEMPTS = 6
# Days for which the words and addresses of single messages are kept; the privacy page names them.
MAIL_NOTICE_DAYS = int(os.environ.get("MAIL_NOTICE_DAYS", "90"))
# The longest pause of mail in days. Single messages wait for its end, so it has to be shorter than
# MAIL_NOTICE_DAYS.
MAIL_PAUSE_MOST_DAYS = int(os.environ.get("MAIL_PAUSE_MOST_DAYS", "84"))
# The contact budget: messages a person gets at most in seven days without having asked for them.
# Urgent ones, receipts and the digest do not count; what does not fit waits for the digest.
MAIL_UNREQUESTED_A_WEEK = int(os.environ.get("MAIL_UNREQUESTED_A_WEEK", "3"))
# The wiki on whose talk pages digests are posted, and on which the mass message is written.
TALK_PAGE_SITE = os.environ.get("TALK_PAGE_SITE", "meta.wikimedia.org")
# The page with a person's mail settings, linked from each mail. The name belongs to a higher app.
MAIL_SETTINGS_URL_NAME = "liaisons:settings_digest"
# The same for who has no account: the name of a page that takes the token of the link in a mail.
MAIL_MANAGE_URL_NAME = "liaisons:subscription"

# --- The digest without an account ----------------------------------------------------------------
# Days for which a subscription waits to be confirmed, and for which the address of somebody who
# left, or whose server takes no mail, is kept; the privacy page names both.
SUBSCRIPTION_REQUEST_DAYS = int(os.environ.get("SUBSCRIPTION_REQUEST_DAYS", "7"))
SUBSCRIPTION_LEFT_DAYS = int(os.environ.get("SUBSCRIPTION_LEFT_DAYS", "30"))
# How many may be asked for: (how many, in how many seconds).
SUBSCRIPTIONS_FOR_ADDRESS = (3, 86_400)
SUBSCRIPTIONS_FROM_NETWORK = (20, 3_600)
# How many mails ask an address, as long as nobody confirms and somebody goes on asking for it; the
# link in each of them works.
SUBSCRIPTION_MAILS_FOR_A_REQUEST = 4
# How many samples of the digest somebody can have sent: (how many, in how many seconds).
DIGEST_SAMPLES = (3, 86_400)

# --- Jobs: Redis only nudges; what is to be done stands in the database ---------------------------
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_STORE_ERRORS_EVEN_IF_IGNORED = False
CELERY_TASK_PUBLISH_RETRY = False
# Tasks may run twice without harm, so one that was cut short is run again.
CELERY_TASK_ACKS_LATE = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
# Seconds after which a task that does not end is killed. The longest that ends by itself sends for
# MAIL_TASK_SECONDS and then waits a minute for a slow mail server.
CELERY_TASK_TIME_LIMIT = 300
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TIMEZONE = "UTC"
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
# A worker waits for Redis for as long as it takes.
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
CELERY_BROKER_CONNECTION_TIMEOUT = 1
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "socket_timeout": 1,
    "socket_connect_timeout": 1,
    "max_retries": 0,
    "visibility_timeout": 600,
}
# Seconds without another try after Redis did not answer.
NUDGE_PAUSE = 30
