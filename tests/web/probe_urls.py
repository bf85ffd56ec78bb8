"""The product's addresses, and views made to misbehave."""

from django.http import HttpResponse
from django.middleware.csrf import get_token
from django.urls import path

from config.urls import handler404, handler500
from config.urls import urlpatterns as real
from web.public_pages import public_page

__all__ = ["handler404", "handler500", "urlpatterns"]


@public_page(query=("q", "kind"))
def everything(request):
    """Says all it knows about who asks."""
    return HttpResponse(
        "|".join(
            [
                request.META.get("QUERY_STRING", ""),
                request.get_full_path(),
                request.build_absolute_uri(),
                str(request.user),
                repr(sorted(request.COOKIES.items())),
                repr(sorted(request.headers.items())),
                repr(sorted(request.META, key=str)),
                repr(request.GET.getlist("kind")),
            ]
        )
    )


@public_page
def sets_a_cookie(request):
    response = HttpResponse("x")
    response.set_cookie("seen", "1")
    return response


@public_page
def holds_a_token(request):
    return HttpResponse(get_token(request))


@public_page
def reads_the_session(request):
    return HttpResponse(request.session.get("name", ""))


urlpatterns = [
    path("everything/", everything),
    path("cookie/", sets_a_cookie),
    path("token/", holds_a_token),
    path("session/", reads_the_session),
    *real,
]
