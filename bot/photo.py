"""Photos of what went wrong: decoded, made harmless, and stored outside the web root."""

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
LONGEST_SIDE = 2048  # pixels; larger photos are scaled down
FORMATS = ("JPEG", "PNG", "WEBP")
# A difference hash has a bit for each of 8 x 8 places: is it brighter than the place on its left?
HASH_SIDE = 8
# Scaled, recompressed or brightened, a photo's hash changes in a few of its 64 bits. Hashes that
# differ in fewer bits than there are bands are equal in at least one band.
MOST_DIFFERENT_BITS = 6
BANDS, BITS_A_BAND = 8, 8
# With fewer bits set (or unset) a photo, of a wall or in the dark, is too even to be recognised.
FEWEST_BITS = 8


class Picture(NamedTuple):
    """A sanitized photo: a JPEG, its size in pixels, and its hash unless it is too even."""

    data: bytes
    width: int
    height: int
    difference_hash: str | None


class PhotoRefused(ValueError):
    """A photo that is not accepted; ``code`` names the sentence to answer with."""

    def __init__(self, code: str, **values: int) -> None:
        super().__init__(code)
        self.code = code
        self.values = values


def sanitize(raw: bytes) -> Picture:
    """Return the photo encoded anew as a JPEG, upright and without metadata.

    Whatever the file claims to be, it must decode as one of ``FORMATS``. Decoding and encoding
    remove its location, and anything hidden in it.

    Raises:
        PhotoRefused: it is too large, or no picture that can be decoded.
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
    upright.info.clear()  # Pillow would write the file's comment again
    out = io.BytesIO()
    upright.save(out, "JPEG", quality=85)
    return Picture(out.getvalue(), upright.width, upright.height, difference_hash(upright))


def difference_hash(picture: Image.Image) -> str | None:
    """Return a photo's difference hash (64 bits in hexadecimal); None if it is too even."""
    small = picture.convert("L").resize((HASH_SIDE + 1, HASH_SIDE), Image.Resampling.LANCZOS)
    brightness = small.tobytes()
    bits = 0
    for row in range(HASH_SIDE):
        start = row * (HASH_SIDE + 1)
        for place in range(start, start + HASH_SIDE):
            bits = bits << 1 | (brightness[place + 1] > brightness[place])
    if not FEWEST_BITS <= bits.bit_count() <= HASH_SIDE**2 - FEWEST_BITS:
        return None
    return f"{bits:016x}"


def is_same(first: str, second: str) -> bool:
    """Return True if two difference hashes are of the same photo."""
    return (int(first, 16) ^ int(second, 16)).bit_count() <= MOST_DIFFERENT_BITS


def store(
    session: AsyncSession, folder: Path, conversation_id: str, picture: Picture
) -> Attachment:
    """Write a sanitized photo to the folder and add its row, which belongs to no message yet."""
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
        difference_hash=picture.difference_hash,
    )
    attachment.file_name = f"{attachment.id}.jpg"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / attachment.file_name).write_bytes(picture.data)
    session.add(attachment)
    return attachment
