"""Photos of what went wrong: opened for real, made harmless, and kept outside the web root."""

import hashlib
import io
import uuid
from pathlib import Path
from typing import NamedTuple

from PIL import Image, ImageOps, UnidentifiedImageError
from sqlalchemy.ext.asyncio import AsyncSession

from bot import clock
from bot.models import Attachment

LARGEST_BYTES = 10 * 1024 * 1024
# Forty megapixels: any phone's photo, no decompression bomb.
MOST_PIXELS = 40_000_000
LONGEST_SIDE = 2048
FORMATS = ("JPEG", "PNG", "WEBP")
# What a photo looks like: whether each of 8 x 8 places is brighter than the one on its left.
LOOKS_SIDE = 8
# Scaled, cut in quality or saved anew, a photo differs from itself by a few of the 64 bits. Two
# that differ by fewer than there are bands agree in one of them at least.
MOST_DIFFERENT = 6
BANDS, BITS_A_BAND = 8, 8
# A wall, a table in the dark: too even to be told from another.
LEAST_TOLD = 8


class Picture(NamedTuple):
    """A photo made harmless, its size, and what it looks like where that tells anything."""

    data: bytes
    width: int
    height: int
    looks: str | None


class PhotoRefused(ValueError):
    """A photo that cannot be taken; ``code`` names the sentence to answer with."""

    def __init__(self, code: str, **values: int) -> None:
        super().__init__(code)
        self.code = code
        self.values = values


def clean(raw: bytes) -> Picture:
    """The picture anew as a JPEG, upright and without its metadata; with its width and height.

    What a file says it is does not count: it must open as one of ``FORMATS``. Decoding and
    encoding leave behind where it was taken, and anything hidden in it.

    Raises:
        PhotoRefused: too large, or no picture that can be opened.
    """
    if len(raw) > LARGEST_BYTES:
        raise PhotoRefused("photo_size", most=LARGEST_BYTES // 1024**2)
    try:
        with Image.open(io.BytesIO(raw), formats=FORMATS) as picture:
            if picture.width * picture.height > MOST_PIXELS:
                raise PhotoRefused("photo_pixels", most=MOST_PIXELS // 10**6)
            upright = ImageOps.exif_transpose(picture).convert("RGB")
    except Image.DecompressionBombError:
        raise PhotoRefused("photo_pixels", most=MOST_PIXELS // 10**6) from None
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError) as error:
        if isinstance(error, PhotoRefused):
            raise
        raise PhotoRefused("photo_type") from error
    upright.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    # Pillow would write a comment that came with it.
    upright.info.clear()
    out = io.BytesIO()
    upright.save(out, "JPEG", quality=85)
    return Picture(out.getvalue(), upright.width, upright.height, looks_of(upright))


def looks_of(picture: Image.Image) -> str | None:
    """A photo's difference hash, in hexadecimal; None for one too even to be known again."""
    small = picture.convert("L").resize((LOOKS_SIDE + 1, LOOKS_SIDE), Image.Resampling.LANCZOS)
    light = small.tobytes()
    bits = 0
    for row in range(LOOKS_SIDE):
        start = row * (LOOKS_SIDE + 1)
        for place in range(start, start + LOOKS_SIDE):
            bits = bits << 1 | (light[place + 1] > light[place])
    if not LEAST_TOLD <= bits.bit_count() <= LOOKS_SIDE**2 - LEAST_TOLD:
        return None
    return f"{bits:016x}"


def is_same(looks: str, other: str) -> bool:
    """Whether two photos are one, by what they look like."""
    return (int(looks, 16) ^ int(other, 16)).bit_count() <= MOST_DIFFERENT


def keep(session: AsyncSession, folder: Path, conversation_id: str, picture: Picture) -> Attachment:
    """Write a cleaned picture to the folder and note it; it belongs to no message yet."""
    attachment = Attachment(
        id=uuid.uuid4().hex,
        conversation_id=conversation_id,
        file_name="",
        media_type="image/jpeg",
        width=picture.width,
        height=picture.height,
        size=len(picture.data),
        sha256=hashlib.sha256(picture.data).hexdigest(),
        created_at=clock.now(),
        looks=picture.looks,
    )
    attachment.file_name = f"{attachment.id}.jpg"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / attachment.file_name).write_bytes(picture.data)
    session.add(attachment)
    return attachment
