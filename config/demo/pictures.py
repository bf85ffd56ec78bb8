"""What the images of the demo's updates show, drawn by rule: no file of anybody is kept for it.

Each picture says in a corner that it belongs to a demo.
"""

from io import BytesIO
from math import cos, radians, sin

from django.core.files.base import ContentFile
from PIL import Image, ImageDraw, ImageFont

SIZE = (800, 450)
# Drawn so many times larger, then made smaller, so that edges are smooth.
FINER = 2
PAPER, INK, QUIET = "#ffffff", "#202122", "#54595d"
# Minutes and colour of each part of a conversation of one hour.
HOUR = ((10, "#a6bbf5"), (15, "#80cdb3"), (25, "#fdd98a"), (10, "#fd9b8f"))


def file_of(name: str) -> ContentFile:
    """A picture as the file that somebody of the Core Team would upload."""
    written = BytesIO()
    PICTURES[name]().save(written, "PNG", compress_level=1)
    return ContentFile(written.getvalue(), name=f"{name}.png")


def one_hour() -> Image.Image:
    """The face of a clock in the four parts of an hour, each with its minutes."""
    width, height = (side * FINER for side in SIZE)
    picture = Image.new("RGB", (width, height), PAPER)
    draw = ImageDraw.Draw(picture)
    middle, radius, begin = (width / 2, height / 2), height * 0.45, -90.0
    face = (middle[0] - radius, middle[1] - radius, middle[0] + radius, middle[1] + radius)
    for minutes, colour in HOUR:
        end = begin + minutes * 360 / 60
        draw.pieslice(face, begin, end, fill=colour, outline=INK, width=2 * FINER)
        where = radians((begin + end) / 2)
        at = (middle[0] + cos(where) * radius * 0.65, middle[1] + sin(where) * radius * 0.65)
        draw.text(at, str(minutes), INK, ImageFont.load_default(44 * FINER), anchor="mm")
        begin = end
    corner = (width - 20 * FINER, height - 18 * FINER)
    draw.text(corner, "DEMO", QUIET, ImageFont.load_default(26 * FINER), anchor="rs")
    return picture.resize(SIZE, Image.Resampling.LANCZOS)


PICTURES = {"one-hour": one_hour}
