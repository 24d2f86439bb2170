"""Photos are sanitized, refused if they cannot be, and recognised by their difference hash."""

import io
import random
import struct
import zlib

import pytest
from PIL import Image

from bot.photo import LARGEST_BYTES, LONGEST_SIDE, PhotoRefused, is_same, sanitize

pytestmark = pytest.mark.unit


def picture(
    kind: str, size: tuple[int, int] = (80, 60), mode: str = "RGB", **save: object
) -> bytes:
    out = io.BytesIO()
    Image.new(mode, size, "red" if mode == "RGB" else 0).save(out, kind, **save)
    return out.getvalue()


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_jpeg_png_and_webp_become_jpeg(kind: str) -> None:
    data, width, height, _ = sanitize(picture(kind))
    with Image.open(io.BytesIO(data)) as cleaned:
        assert (cleaned.format, cleaned.size, cleaned.mode) == ("JPEG", (80, 60), "RGB")
    assert (width, height) == (80, 60)


@pytest.mark.parametrize("mode", ["RGBA", "P", "L", "1", "LA"])
def test_transparent_and_grey_pictures_are_accepted(mode: str) -> None:
    assert sanitize(picture("PNG", mode=mode))[1:3] == (80, 60)


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n",
        b"hello",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"\xff\xd8\xff\xe0" + bytes(50),
        b"\x89PNG\r\n\x1a\n" + bytes(50),
        b"RIFF\x10\x00\x00\x00WEBPVP8 ",
        picture("GIF", mode="L"),
        picture("TIFF"),
        picture("BMP"),
        picture("JPEG")[:300],
        picture("JPEG", size=(400, 400), quality=95)[:-400],
        picture("PNG", size=(400, 400))[:-200],
        picture("WEBP")[:-10],
    ],
    ids=["nothing", "pdf", "text", "svg", "jpeg's head", "png's head", "webp's head", "gif",
         "tiff", "bmp", "cut jpeg", "jpeg without its end", "cut png", "cut webp"],
)  # fmt: skip
def test_file_that_does_not_decode_is_refused(raw: bytes) -> None:
    with pytest.raises(PhotoRefused) as refused:
        sanitize(raw)
    assert refused.value.code == "photo_type"


def bomb(width: int, height: int) -> bytes:
    """A PNG of a few bytes that says it is enormous."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        check = struct.pack(">I", zlib.crc32(kind + data))
        return struct.pack(">I", len(data)) + kind + data + check

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(bytes(1000))) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + body


@pytest.mark.parametrize("side", [7_000, 20_000, 65_000, 1_000_000])
def test_decompression_bomb_is_refused_before_it_is_decoded(side: int) -> None:
    with pytest.raises(PhotoRefused) as refused:
        sanitize(bomb(side, side))
    assert refused.value.code == "photo_pixels"


def test_file_above_the_size_limit_is_refused() -> None:
    with pytest.raises(PhotoRefused) as refused:
        sanitize(picture("JPEG") + bytes(LARGEST_BYTES))
    assert (refused.value.code, refused.value.values) == ("photo_size", {"most": 10})


def test_metadata_is_removed() -> None:
    exif = Image.Exif()
    exif[0x010F] = "Camera of Ana Ruiz"
    exif.get_ifd(0x8825)[2] = (4.0, 36.0, 35.0)  # the GPS latitude
    raw = picture("JPEG", exif=exif, comment=b"secret comment")
    assert b"Ana Ruiz" in raw
    data, *_ = sanitize(raw)
    with Image.open(io.BytesIO(data)) as cleaned:
        assert not cleaned.getexif()
        assert not {"comment", "exif", "xmp", "icc_profile"} & set(cleaned.info)
    assert b"Ana Ruiz" not in data
    assert b"secret" not in data


def test_bytes_after_the_picture_are_removed() -> None:
    data, *_ = sanitize(picture("JPEG") + b"<?php system('rm -rf /') ?>")
    assert b"php" not in data


def test_sideways_photo_is_turned_upright() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # turned by a quarter
    data, width, height, _ = sanitize(picture("JPEG", size=(80, 60), exif=exif))
    assert (width, height) == (60, 80)
    with Image.open(io.BytesIO(data)) as cleaned:
        assert cleaned.size == (60, 80)


def test_large_photo_is_scaled_down_in_proportion() -> None:
    data, width, height, _ = sanitize(picture("JPEG", size=(4000, 1000)))
    assert (width, height) == (LONGEST_SIDE, LONGEST_SIDE // 4)
    assert len(data) < LARGEST_BYTES


def scene(seed: int, size: tuple[int, int] = (1200, 900)) -> Image.Image:
    """Something to look at: places of light and shade, which differ from scene to scene."""
    drawn = random.Random(seed)  # noqa: S311 - no secret
    small = Image.new("L", (12, 9))
    small.putdata([drawn.randrange(256) for _ in range(12 * 9)])
    return small.resize(size, Image.Resampling.BICUBIC).convert("RGB")


def hash_of(image: Image.Image, kind: str = "JPEG", **save: object) -> str | None:
    out = io.BytesIO()
    image.save(out, kind, **save)
    return sanitize(out.getvalue()).difference_hash


@pytest.mark.parametrize("seed", range(20))
def test_scaled_or_recompressed_photo_has_the_same_hash(seed: int) -> None:
    first = hash_of(scene(seed))
    assert first is not None
    for other in (
        hash_of(scene(seed), quality=30),
        hash_of(scene(seed).resize((640, 480))),
        hash_of(scene(seed), "PNG"),
        hash_of(scene(seed).point(lambda light: min(255, int(light * 1.1) + 5))),
    ):
        assert other is not None
        assert is_same(first, other)


def test_different_photos_have_different_hashes() -> None:
    hashes = [value for seed in range(200) if (value := hash_of(scene(seed, (240, 180))))]
    assert len(hashes) > 190
    pairs = [(value, other) for place, value in enumerate(hashes) for other in hashes[:place]]
    assert not [pair for pair in pairs if is_same(*pair)]


def test_even_photo_has_no_hash() -> None:
    assert sanitize(picture("JPEG")).difference_hash is None
    slope = Image.linear_gradient("L").rotate(90).convert("RGB")
    assert hash_of(slope) is None
