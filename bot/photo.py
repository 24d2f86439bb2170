"""Photos of what went wrong: opened for real, made harmless, and kept outside the web root."""

import hashlib
import io
import uuid
from pathlib import Path

from PIL import Image, ImageOps, UnidentifiedImageError
from sqlalchemy.ext.asyncio import AsyncSession

from bot import clock
from bot.models import Attachment

LARGEST_BYTES = 10 * 1024 * 1024
# Forty megapixels: any phone's photo, no decompression bomb.
MOST_PIXELS = 40_000_000
LONGEST_SIDE = 2048
FORMATS = ("JPEG", "PNG", "WEBP")


class PhotoRefused(ValueError):
    """A photo that cannot be taken; ``code`` names the sentence to answer with."""

    def __init__(self, code: str, **values: int) -> None:
        super().__init__(code)
        self.code = code
        self.values = values


def clean(raw: bytes) -> tuple[bytes, int, int]:
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
    return out.getvalue(), upright.width, upright.height


def keep(
    session: AsyncSession, folder: Path, conversation_id: str, picture: tuple[bytes, int, int]
) -> Attachment:
    """Write a cleaned picture to the folder and note it; it belongs to no message yet."""
    data, width, height = picture
    attachment = Attachment(
        id=uuid.uuid4().hex,
        conversation_id=conversation_id,
        file_name="",
        media_type="image/jpeg",
        width=width,
        height=height,
        size=len(data),
        sha256=hashlib.sha256(data).hexdigest(),
        created_at=clock.now(),
    )
    attachment.file_name = f"{attachment.id}.jpg"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / attachment.file_name).write_bytes(data)
    session.add(attachment)
    return attachment
