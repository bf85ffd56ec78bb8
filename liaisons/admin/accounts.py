"""What the packages register with the admin: roles stay, accounts' inner tables go.

Addresses, Wikimedia links and second steps are changed by their owner in the settings; the Core
Team sees an address on the person's page and nowhere else.
"""

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialToken
from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin
from django.contrib.auth.models import Group as Role

for model in (EmailAddress, Authenticator, SocialAccount, SocialApp, SocialToken, Role):
    if admin.site.is_registered(model):
        admin.site.unregister(model)


@admin.register(Role)
class RoleAdmin(GroupAdmin):
    """Roles of the Core Team: what their people may do."""

    access_policy = "core_team"

    # Whoever changes a role gives power.

    def has_add_permission(self, request):
        return request.user.is_superuser

    def has_change_permission(self, request, obj=None):
        return request.user.is_superuser

    def has_delete_permission(self, request, obj=None):
        return request.user.is_superuser
