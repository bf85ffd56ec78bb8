"""The files of images, sent as they are kept."""

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.cache import get_conditional_response
from django.views.decorators.http import require_safe

from web.policies import policy

from ..models import ImageFile

# Its name is the hash of its bytes: whoever has it never needs to ask again.
FOR_EVER = "public, max-age=31536000, immutable"
MAY_SEE_DRAFTS = "strategy.view_update"


@policy("public")
@require_safe
def image_file(request, name):
    """One size of an image of a published update; of any other one for the Core Team alone."""
    if ImageFile.objects.published().filter(pk=name).exists():
        kept = FOR_EVER
    elif request.user.is_staff and request.user.has_perm(MAY_SEE_DRAFTS):
        kept = "private, no-store"
    else:
        raise Http404
    etag = f'"{name}"'
    response = get_conditional_response(request, etag=etag)
    if response is None:
        file = get_object_or_404(ImageFile, pk=name)
        response = HttpResponse(bytes(file.content), content_type="image/webp")
        response["ETag"] = etag
    response["Cache-Control"] = kept
    return response
