"""Draws the volume of stories as a small PNG that is legible on white and on black. Pure.

The background is transparent, and every colour contrasts with both. The same figures give the same
bytes.
"""

from __future__ import annotations

import hashlib
import io
from dataclasses import dataclass

from PIL import Image, ImageDraw, ImageFont

from alerts.digest.volume import Volume

WIDTH, HEIGHT = 580, 144  # CSS pixels; drawn at twice that
_SCALE = 2
_BAR = (20, 148, 136, 255)
_LAST_BAR = (232, 126, 36, 255)
_LINE = (128, 139, 150, 255)
_TEXT = (125, 136, 148, 255)
_TOP, _BOTTOM = 24, 26  # pixels for numbers above the bars, and for days below


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """An inline image of a message. `cid` is its Content-ID without angle brackets."""

    cid: str
    png: bytes
    alt: str


def chart(volume: Volume) -> Picture:
    """Draw a bar with its number for each day or week, and a dashed line for the usual."""
    image = Image.new("RGBA", (WIDTH * _SCALE, HEIGHT * _SCALE), (0, 0, 0, 0))
    draw = ImageDraw.Draw(image)
    font = ImageFont.load_default(15 * _SCALE)  # phones show it at six tenths
    most = max(max(bar.stories for bar in volume.bars), volume.usually or 0, 1)
    slot = WIDTH / len(volume.bars)
    floor = HEIGHT - _BOTTOM
    room = floor - _TOP
    if volume.usually:
        height = floor - room * volume.usually / most
        for start in range(0, WIDTH, 10):
            draw.rectangle(_scale_box(start, height - 0.5, start + 5, height + 0.5), fill=_LINE)
    for number, bar in enumerate(volume.bars):
        left, right = slot * number + slot * 0.18, slot * (number + 1) - slot * 0.18
        middle = (left + right) / 2
        height = room * bar.stories / most
        colour = _LAST_BAR if number == len(volume.bars) - 1 else _BAR
        draw.rectangle(_scale_box(left, floor - max(height, 1), right, floor), fill=colour)
        if bar.stories:
            above = _scale_box(middle - 10, floor - height - 20, middle + 10, floor - height - 3)
            draw.rectangle(above, fill=(0, 0, 0, 0))  # keeps the line out of the number
            _draw_text(draw, font, middle, floor - height - 11, str(bar.stories))
        day = f"{bar.until.day} {bar.until:%b}" if volume.weekly else f"{bar.until:%a}"[:2]
        _draw_text(draw, font, middle, HEIGHT - 11, day)
    buffer = io.BytesIO()
    # 64 colours: a quarter of the bytes
    image.quantize(64, method=Image.Quantize.FASTOCTREE).save(buffer, "PNG", optimize=True)
    png = buffer.getvalue()
    name = hashlib.sha256(png).hexdigest()[:16]
    return Picture(cid=f"volume-{name}@supplierwatch", png=png, alt=volume.said)


def _scale_box(left: float, top: float, right: float, bottom: float) -> tuple[float, ...]:
    return (left * _SCALE, top * _SCALE, right * _SCALE - 1, bottom * _SCALE - 1)


def _draw_text(
    draw: ImageDraw.ImageDraw,
    font: ImageFont.FreeTypeFont | ImageFont.ImageFont,
    x: float,
    y: float,
    text: str,
) -> None:
    draw.text((x * _SCALE, y * _SCALE), text, fill=_TEXT, font=font, anchor="mm")
