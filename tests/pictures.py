"""Picture files as people upload them, and as nobody should."""

from io import BytesIO

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

FORMATS = {"png": "PNG", "jpg": "JPEG", "jpeg": "JPEG", "webp": "WEBP", "gif": "GIF"}


def picture(width=40, height=30, *, mode="RGB", colour=None) -> Image.Image:
    """A picture that is neither of one colour nor noise."""
    if colour is not None:
        return Image.new(mode, (width, height), colour)
    return Image.linear_gradient("L").resize((width, height)).convert(mode)


def bytes_of(made: Image.Image, format="PNG", **options) -> bytes:
    """The picture as a file of that format."""
    written = BytesIO()
    made.save(written, format, **options)
    return written.getvalue()


def upload(name="picture.png", content: bytes | None = None, **of_picture) -> SimpleUploadedFile:
    """A file as a browser sends it; by its name a picture of that format, where none is given."""
    if content is None:
        content = bytes_of(picture(**of_picture), FORMATS[name.rsplit(".", 1)[-1]])
    return SimpleUploadedFile(name, content, content_type="application/octet-stream")
