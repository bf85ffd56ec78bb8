"""Whether mail works, and what is done with mail that comes back."""

import os

# --- Whether mail works: what the Core Team is told ----------------------------------------------
# Seconds after which a message is late that nobody takes though its time has come.
MAIL_LATE_SECONDS = float(os.environ.get("MAIL_LATE_SECONDS", "900"))
# Seconds after which a message is old that is tried again and again. What waits on purpose, for the
# end of a pause or for room in the contact budget, is not.
MAIL_OLDEST_SECONDS = float(os.environ.get("MAIL_OLDEST_SECONDS", str(6 * 3600)))
# Seconds without a sweep after which worker or beat are taken to stand still.
MAIL_SWEEP_LATE_SECONDS = float(os.environ.get("MAIL_SWEEP_LATE_SECONDS", "300"))
# Days that the page on the health of mail looks back.
MAIL_HEALTH_DAYS = int(os.environ.get("MAIL_HEALTH_DAYS", "7"))
# A domain with fewer people is never named: there the domain would be as good as the name.
MAIL_SMALL_DOMAIN = int(os.environ.get("MAIL_SMALL_DOMAIN", "10"))
# A figure of an edition jumps where it differs from that of the edition before by so many percent
# of the larger one, and by so many people.
MAIL_JUMP_PERCENT = int(os.environ.get("MAIL_JUMP_PERCENT", "25"))
MAIL_JUMP_PEOPLE = int(os.environ.get("MAIL_JUMP_PEOPLE", "5"))
# --- Mail that comes back -------------------------------------------------------------------------
# The mailbox to which mail servers send back what they cannot deliver; none where it is empty.
BOUNCE_IMAP_HOST = os.environ.get("BOUNCE_IMAP_HOST", "")
# Port 993 speaks TLS from the first word; on any other port STARTTLS is demanded.
BOUNCE_IMAP_PORT = int(os.environ.get("BOUNCE_IMAP_PORT", "993"))
BOUNCE_IMAP_USER = os.environ.get("BOUNCE_IMAP_USER", "")
BOUNCE_IMAP_PASSWORD = os.environ.get("BOUNCE_IMAP_PASSWORD", "")
BOUNCE_IMAP_FOLDER = os.environ.get("BOUNCE_IMAP_FOLDER", "INBOX")
# A file with the certificates to trust besides the system's, for a server with one of its own.
BOUNCE_IMAP_CA = os.environ.get("BOUNCE_IMAP_CA", "")
# The address mail servers return mail to (the envelope's sender); DEFAULT_FROM_EMAIL's without.
BOUNCE_ADDRESS = os.environ.get("BOUNCE_ADDRESS", "")
# How many mails one run reads, and the most bytes of each.
BOUNCE_MAILS_A_RUN = 200
BOUNCE_MAIL_BYTES = 500_000
# An address that could not be reached so many times in so many days gets no more mail.
MAIL_SOFT_BOUNCES = int(os.environ.get("MAIL_SOFT_BOUNCES", "5"))
MAIL_SOFT_BOUNCE_DAYS = int(os.environ.get("MAIL_SOFT_BOUNCE_DAYS", "30"))
# Providers whose events are taken at /mail/events/<provider>/, such as "postmark mailgun".
MAIL_EVENT_PROVIDERS = os.environ.get("MAIL_EVENT_PROVIDERS", "").split()
# What django-anymail reads: the name and password ("name:password") a provider has to give, and
# the keys with which some of them sign.
ANYMAIL = {
    "WEBHOOK_SECRET": os.environ.get("MAIL_EVENT_SECRET", ""),
    **{
        name: os.environ[name]
        for name in (
            "MAILERSEND_SIGNING_SECRET",
            "MAILGUN_WEBHOOK_SIGNING_KEY",
            "MANDRILL_WEBHOOK_KEY",
            "MANDRILL_WEBHOOK_URL",
            "POSTMARK_SERVER_TOKEN",
            "SENDGRID_TRACKING_WEBHOOK_VERIFICATION_KEY",
            "UNISENDER_GO_API_KEY",
        )
        if os.environ.get(name)
    },
}
