"""Pictures for the town: seeded landscapes, drawn anew on every machine, so that no photo has to be shipped."""

import io
import math
import random

from PIL import Image, ImageDraw

PALETTES = (
    ((255, 201, 130), (240, 114, 91), (74, 48, 88)),
    ((178, 221, 240), (98, 160, 201), (37, 73, 90)),
    ((252, 228, 200), (214, 162, 150), (98, 72, 96)),
    ((197, 232, 196), (112, 178, 150), (32, 78, 80)),
    ((60, 66, 120), (120, 88, 150), (18, 20, 44)),
    ((255, 238, 170), (240, 190, 90), (120, 80, 50)),
)


def landscape(seed: int) -> bytes:
    """A JPEG of a landscape, in one of a few shapes and moods; the same one for the same seed."""
    rng = random.Random(seed)
    width, height = rng.choice(((640, 640), (640, 512), (512, 640)))
    sky, glow, ground = rng.choice(PALETTES)
    image = Image.new("RGB", (width, height))
    draw = ImageDraw.Draw(image)
    for y in range(height):
        draw.line((0, y, width, y), fill=_between(sky, glow, y / height))
    sun, radius = (
        (rng.uniform(0.2, 0.8) * width, rng.uniform(0.2, 0.5) * height),
        rng.uniform(0.05, 0.1) * width,
    )
    box = (sun[0] - radius, sun[1] - radius, sun[0] + radius, sun[1] + radius)
    draw.ellipse(box, fill=_between(sky, (255, 255, 255), 0.6))
    ranges = rng.randint(3, 5)
    for nth in range(ranges):
        base = height * (0.5 + 0.45 * nth / ranges)
        draw.polygon(
            [(0, height), *_ridge(rng, width, base, height * 0.12), (width, height)],
            fill=_between(glow, ground, (nth + 1) / ranges),
        )
    into = io.BytesIO()
    image.save(into, "JPEG", quality=88)
    return into.getvalue()


def _ridge(rng: random.Random, width: int, base: float, rise: float) -> list[tuple[float, float]]:
    waves = [(rng.uniform(0.5, 2) * 2**n, rng.uniform(0, math.tau), rise / 2**n) for n in range(5)]
    return [
        (x, base - sum(size * math.sin(often * math.tau * x / width + start) for often, start, size in waves))
        for x in range(0, width + 8, 8)
    ]


def _between(one: tuple[int, int, int], other: tuple[int, int, int], share: float) -> tuple[int, int, int]:
    r, g, b = (round(a + (c - a) * share) for a, c in zip(one, other, strict=True))
    return r, g, b
