"""The images of an update, on its own page in the admin."""

from django import forms
from django.contrib import admin
from django.template.defaultfilters import filesizeformat
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from .. import images
from ..image_files import FORMATS, sizes_of
from ..models import Image, Update
from .languages import OTHER_LANGUAGES, MultilingualFields, means_the_same

MOST = 20


class ImageForm(forms.ModelForm):
    """A picture to upload, or what is said of one that is there: its file is never exchanged."""

    upload = forms.FileField(
        label=_("file"),
        help_text=_(
            "JPEG, PNG or WebP, at most 10 MB. We make it smaller, and leave out where and with "
            "which camera it was taken."
        ),
        widget=forms.FileInput(
            attrs={"accept": ",".join(end for ends in FORMATS.values() for end in ends)}
        ),
    )
    sizes: list = []

    class Meta:
        model = Image
        fields = ["credit", "licence"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.fields["upload"].required = False
            self.fields["upload"].disabled = True
            self.fields["upload"].widget = forms.HiddenInput()

    def clean_upload(self):
        upload = self.cleaned_data["upload"]
        if upload:
            self.sizes = sizes_of(upload)
        return upload


class ImageInline(MultilingualFields, admin.StackedInline):
    """Images are placed in the text by their number. A published update keeps all of its own."""

    model = Image
    form = ImageForm
    extra = 0
    max_num = MOST
    readonly_fields = ["seen"]
    fieldsets = [
        (None, {"fields": ["seen", "upload", "alt_en", "credit", "licence"]}),
        (
            _("Alternative text in other languages"),
            {
                "fields": [f"alt_{code.replace('-', '_')}" for code in OTHER_LANGUAGES],
                "classes": ["collapse"],
            },
        ),
    ]

    def get_queryset(self, request):
        return images.with_files(super().get_queryset(request))

    @admin.display(description=_("picture"))
    def seen(self, image):
        if not image.pk:
            return _("Save it, then it has a number to place it by.")
        smallest = image.files[0]
        return format_html(
            '<img src="{}" width="{}" height="{}" alt="{}" class="thumbnail"> '
            '<p>{} <code dir="ltr">![](image:{})</code></p><p>{}</p>',
            smallest.get_absolute_url(),
            smallest.width,
            smallest.height,
            image.alt_en,
            _("To place it, write in the body on a line of its own:"),
            image.number,
            " · ".join(
                f"{file.width} × {file.height}, {filesizeformat(file.size)}" for file in image.files
            ),
        )

    # Who may write the update may do so with its images; a published one keeps them.

    def has_view_permission(self, request, obj=None):
        return _of_update(self).has_view_permission(request, obj)

    def has_change_permission(self, request, obj=None):
        return _of_update(self).has_change_permission(request, obj)

    def has_add_permission(self, request, obj=None):
        owner = _of_update(self)
        return (
            owner.has_change_permission(request, obj) if obj else owner.has_add_permission(request)
        )

    def has_delete_permission(self, request, obj=None):
        is_draft = obj is None or obj.status == Update.Status.DRAFT
        return is_draft and self.has_change_permission(request, obj)


def _of_update(inline):
    return inline.admin_site.get_model_admin(Update)


def save(formset, form, *, by) -> None:
    """Keep what the page says of the images of an update that is saved already."""
    formset.save(commit=False)
    images.remove(formset.deleted_objects)
    changed = [image for image, _names in formset.changed_objects]
    images.save(changed, by=by, meaning_is_same=means_the_same(form))
    for one in formset.extra_forms:
        if one.has_changed() and not formset._should_delete_form(one):
            images.add(one.instance, one.sizes, by=by)
