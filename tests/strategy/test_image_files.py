"""What is uploaded as an image: a picture is made anew, anything else is refused in a sentence."""

import struct
import zlib
from io import BytesIO

import pytest
from django.core.exceptions import ValidationError
from PIL import Image

from strategy import image_files
from strategy.image_files import sizes_of
from tests.pictures import bytes_of, picture, upload

PAYLOAD = b"<script>alert(1)</script>PK\x03\x04hidden.zip"


def decoded(size) -> Image.Image:
    made = Image.open(BytesIO(size.content))
    assert made.format == "WEBP"
    assert made.size == (size.width, size.height)
    return made


def refused(file) -> str:
    with pytest.raises(ValidationError) as caught:
        sizes_of(file)
    return " ".join(caught.value.messages)


@pytest.mark.parametrize("name", ["a.png", "a.jpg", "A.JPEG", "a.webp"])
def test_pictures_of_each_format_become_webp(name):
    content = upload(name.lower()).read()
    (size,) = sizes_of(upload(name, content))
    assert decoded(size).size == (40, 30)
    assert len(size.name) == 32


@pytest.mark.parametrize(
    ("width", "height", "sizes"),
    [
        (600, 400, [(600, 400)]),
        # Little wider than a phone needs: one size is enough.
        (700, 400, [(700, 400)]),
        (1000, 500, [(1000, 500), (640, 320)]),
        (2560, 1440, [(1280, 720), (640, 360)]),
        # A long screenshot stays on the page.
        (800, 4000, [(320, 1600)]),
    ],
)
def test_at_most_two_sizes_are_kept(width, height, sizes):
    kept = sizes_of(upload("a.jpg", width=width, height=height))
    assert [(one.width, one.height) for one in kept] == sizes
    assert len({one.name for one in kept}) == len(kept)


def test_a_photograph_is_small_and_a_drawing_sharp():
    noise = Image.effect_noise((1280, 960), 60).convert("RGB")
    photograph = sizes_of(upload("a.jpg", bytes_of(noise, "JPEG", quality=95)))[0]
    assert len(photograph.content) < 700_000
    drawing = picture(600, 400, colour="white")
    drawing.paste("red", (10, 10, 300, 200))
    (kept,) = sizes_of(upload("a.png", bytes_of(drawing)))
    assert decoded(kept).convert("RGB").getpixel((11, 11)) == (255, 0, 0)
    assert len(kept.content) < 1000


def test_what_is_written_about_a_picture_goes_and_it_stands_upright():
    made = picture(40, 20)
    exif = made.getexif()
    exif[0x0112] = 6  # turned by a quarter
    exif[0x010F] = "Camera of somebody"
    exif.get_ifd(0x8825)[1] = "N"
    content = bytes_of(made, "JPEG", exif=exif, comment=b"Somebody was here")
    assert b"Camera of somebody" in content
    (size,) = sizes_of(upload("a.jpg", content))
    kept = decoded(size)
    assert kept.size == (20, 40)
    assert not kept.getexif()
    for word in (b"Camera", b"Somebody", b"EXIF", b"XMP ", b"ICCP"):
        assert word not in size.content


def test_transparency_stays():
    (size,) = sizes_of(upload("a.png", bytes_of(picture(mode="RGBA", colour=(9, 9, 9, 0)))))
    assert decoded(size).mode == "RGBA"


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA", "I;16", "CMYK"])
def test_pictures_of_any_colours_are_taken(mode):
    format = "JPEG" if mode == "CMYK" else "PNG"
    name = "a.jpg" if mode == "CMYK" else "a.png"
    made = Image.new(mode, (30, 30))
    assert sizes_of(upload(name, bytes_of(made, format)))[0].width == 30


@pytest.mark.parametrize("format", ["PNG", "JPEG", "WEBP"])
def test_of_a_file_that_is_two_things_only_the_picture_is_kept(format):
    content = bytes_of(picture(), format) + PAYLOAD
    name = {"PNG": "a.png", "JPEG": "a.jpg", "WEBP": "a.webp"}[format]
    for size in sizes_of(upload(name, content)):
        assert b"script" not in size.content
        assert b"hidden" not in size.content


# --- Refused --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x00",
        PAYLOAD,
        b"GIF89a" + PAYLOAD,
        b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>',
        b"\x89PNG\r\n\x1a\n",
        b"\xff\xd8\xff\xe0" + PAYLOAD,
        b"RIFF\x00\x00\x00\x00WEBPVP8 " + PAYLOAD,
        b"%PDF-1.7",
    ],
)
def test_what_is_no_picture_is_refused_in_a_sentence(content):
    assert "no picture that can be read" in refused(upload("a.png", content))


@pytest.mark.parametrize("name", ["a.png", "a.jpg", "a.webp"])
def test_half_a_picture_is_refused(name):
    content = upload(name, width=400, height=400).read()
    assert "no picture that can be read" in refused(upload(name, content[: len(content) // 2]))


def test_formats_that_are_not_named_are_refused():
    assert "no picture that can be read" in refused(upload("a.gif"))
    for format in ("BMP", "TIFF", "ICO"):
        assert "no picture" in refused(upload("a.png", bytes_of(picture(), format)))


@pytest.mark.parametrize("name", ["a.png", "a.svg", "a.html", "a", "a.jpg.php"])
def test_a_file_has_to_be_what_its_name_says(name):
    content = bytes_of(picture(), "JPEG")
    assert "By its name this file is not what it is: JPEG." in refused(upload(name, content))


def test_moving_pictures_are_refused():
    frames = [picture(colour=colour) for colour in ("red", "blue")]
    content = bytes_of(frames[0], "WEBP", save_all=True, append_images=frames[1:])
    assert "Moving pictures" in refused(upload("a.webp", content))


def bomb(width, height) -> bytes:
    """A PNG of a few bytes that says it is huge, with its lines packed well."""

    def chunk(kind, data):
        whole = kind + data
        return struct.pack(">I", len(data)) + whole + struct.pack(">I", zlib.crc32(whole))

    header = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    lines = zlib.compress(b"\x00" * 100_000, 9)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", lines) + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize("side", [6_400, 10_000, 20_000, 60_000])
def test_a_picture_that_would_fill_the_memory_is_refused_before_it_is_decoded(side, monkeypatch):
    monkeypatch.setattr(image_files, "_plain", lambda picture: pytest.fail("it was decoded"))
    content = bomb(side, side)
    assert len(content) < 1000
    assert "too many pixels" in refused(upload("a.png", content))


def test_words_in_a_picture_that_unpack_to_very_many_are_refused():
    made = bytes_of(picture())
    data = b"Comment\x00\x00" + zlib.compress(b"x" * 100_000_000, 9)
    whole = b"zTXt" + data
    chunk = struct.pack(">I", len(data)) + whole + struct.pack(">I", zlib.crc32(whole))
    assert "no picture" in refused(upload("a.png", made[:33] + chunk + made[33:]))


def test_a_file_that_is_too_large_is_not_even_opened(monkeypatch):
    monkeypatch.setattr(image_files, "MOST_BYTES", 1000)
    assert "At most" in refused(upload("a.png", b"x" * 1001))
