"""The end of connecting a Wikimedia account: what the person reads when they come back."""

from django.contrib import messages
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from liaisons.errors import AlreadyDone, Refused

from . import mails, ways

CONNECTED = gettext_lazy(
    "A Wikimedia account was connected with your account. It can be used to sign in."
)


def finish(request, sociallogin):
    """Connect the account that came back, for the person who began and nobody else."""
    page = redirect("liaisons:settings_sign_in")
    began = (sociallogin.state.get("data") or {}).get("person")
    if not request.user.is_authenticated or began != request.user.pk:
        messages.error(
            request,
            _("The sign-in with Wikimedia did not work. Try again, or use your e-mail address."),
        )
        return page
    account = sociallogin.account
    try:
        person = ways.connect_wikimedia(
            person=request.user, uid=account.uid, name=account.extra_data["username"]
        )
    except AlreadyDone as done:
        messages.info(request, done.message)
    except Refused as refused:
        messages.error(request, refused.message)
    else:
        mails.tell(person, CONNECTED)
        messages.success(
            request, _("Your Wikimedia account is connected. From now on you can sign in with it.")
        )
    return page
