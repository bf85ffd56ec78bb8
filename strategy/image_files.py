"""What somebody uploads as an image, checked and made anew.

Nothing of the file is kept but its picture: it is decoded, made smaller, and written again as WebP.
So there is no place where it was taken, no name of a camera's owner, no second file hidden behind
the picture, and no format with surprises of its own. SVG is a program; it is refused.
"""

import hashlib
import struct
import warnings
from dataclasses import dataclass
from io import BytesIO
from pathlib import PurePath

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from PIL import Image, ImageOps

MOST_BYTES = 10_000_000
# A large camera's. A picture of one colour is small as a file and fills the memory when decoded.
MOST_PIXELS = 40_000_000
# The longest side a screen needs in our column, and on a phone; wider than high, as screens are.
WIDTHS = (1280, 640)
HIGHEST = 1600
# Which names a file of each format may have.
FORMATS = {
    "JPEG": (".jpg", ".jpeg", ".jpe", ".jfif"),
    "PNG": (".png",),
    "WEBP": (".webp",),
}
QUALITY = 78
# A drawing or a screenshot is sharp without loss; where that takes more than so many bytes it is
# no drawing.
MOST_WITHOUT_LOSS = 120_000
# What a file that is none makes Pillow raise.
BROKEN = (OSError, SyntaxError, ValueError, TypeError, IndexError, EOFError, struct.error)


@dataclass(frozen=True)
class Size:
    """One size of a picture as it is sent."""

    name: str
    content: bytes
    width: int
    height: int


def sizes_of(upload) -> list[Size]:
    """The sizes to keep of an uploaded file, the largest first: one or two.

    Raises ``ValidationError``, with a sentence for the person, for anything that is no picture we
    take.
    """
    if upload.size > MOST_BYTES:
        raise ValidationError(
            _("The file has %(size)s MB. At most %(most)s MB are taken.")
            % {"size": round(upload.size / 1_000_000, 1), "most": MOST_BYTES // 1_000_000},
            code="too_large",
        )
    picture = _decoded(upload)
    largest = _fitting(picture, WIDTHS[0])
    kept = [_written(largest)]
    if largest.width > WIDTHS[1] * 1.25:
        kept.append(_written(_fitting(largest, WIDTHS[1])))
    return kept


def _decoded(upload) -> Image.Image:
    """The picture alone: upright, in plain colours, with nothing beside it."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(upload, formats=list(FORMATS)) as opened:
                _require_what_it_says(opened, upload.name)
                # Decodes a photograph at a fraction of its size where that is enough.
                opened.draft("RGB", (WIDTHS[0] * 2, HIGHEST * 2))
                return _plain(ImageOps.exif_transpose(opened))
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise _too_many_pixels() from error
    except BROKEN as error:
        raise ValidationError(
            _("This is no picture that can be read. JPEG, PNG and WebP are taken."), code="broken"
        ) from error


def _require_what_it_says(opened: Image.Image, name: str) -> None:
    if PurePath(name).suffix.lower() not in FORMATS[opened.format or ""]:
        raise ValidationError(
            _("By its name this file is not what it is: %(format)s. Give it the right ending.")
            % {"format": opened.format},
            code="wrong_name",
        )
    if opened.width * opened.height > MOST_PIXELS:
        raise _too_many_pixels()
    if getattr(opened, "n_frames", 1) > 1:
        raise ValidationError(_("Moving pictures are not taken."), code="moving")


def _too_many_pixels() -> ValidationError:
    return ValidationError(
        _("The picture has too many pixels. At most %(most)s million are taken.")
        % {"most": MOST_PIXELS // 1_000_000},
        code="too_many_pixels",
    )


def _plain(picture: Image.Image) -> Image.Image:
    mode = "RGBA" if picture.has_transparency_data else "RGB"
    plain = picture.convert(mode)
    # Made of the pixels alone, so that nothing written about the picture goes along.
    return Image.frombytes(mode, plain.size, plain.tobytes())


def _fitting(picture: Image.Image, width: int) -> Image.Image:
    ratio = min(width / picture.width, HIGHEST / picture.height, 1)
    if ratio == 1:
        return picture
    size = (max(1, round(picture.width * ratio)), max(1, round(picture.height * ratio)))
    return picture.resize(size, Image.Resampling.LANCZOS)


def _written(picture: Image.Image) -> Size:
    with_loss = _as_webp(picture, quality=QUALITY)
    without_loss = _as_webp(picture, lossless=True)
    is_drawing = len(without_loss) <= max(MOST_WITHOUT_LOSS // 10, len(with_loss)) or (
        len(without_loss) <= MOST_WITHOUT_LOSS and len(without_loss) <= 2 * len(with_loss)
    )
    content = without_loss if is_drawing else with_loss
    name = hashlib.sha256(content).hexdigest()[:32]
    return Size(name, content, picture.width, picture.height)


def _as_webp(picture: Image.Image, **options) -> bytes:
    written = BytesIO()
    picture.save(written, "WEBP", method=4, **options)
    return written.getvalue()
