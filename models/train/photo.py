"""What a camera and a web page do to a picture: crop, exposure, blur, noise, JPEG."""

import io

import numpy as np
from PIL import Image
from scipy.ndimage import gaussian_filter


def crop(rgb, depth, rng, size, least=0.72):
    """A random crop at the aspect of size (height, width), resized to it; colour is filtered, depth is not."""
    height, width = depth.shape
    tall, wide = size
    most = min(height / tall, width / wide)
    scale = most * rng.uniform(least, 1.0)
    h, w = int(tall * scale), int(wide * scale)
    y, x = rng.integers(0, height - h + 1), rng.integers(0, width - w + 1)
    picture = Image.fromarray(rgb[y:y + h, x:x + w]).resize((wide, tall), Image.Resampling.BICUBIC)
    rows = np.minimum(((np.arange(tall) + 0.5) * h / tall).astype(int), h - 1) + y
    columns = np.minimum(((np.arange(wide) + 0.5) * w / wide).astype(int), w - 1) + x
    return np.asarray(picture), depth[rows[:, None], columns[None]]


def develop(rgb, rng):
    """uint8 [H, W, 3] to uint8: contrast, colour cast, saturation, lens blur, sensor noise, sharpening, JPEG."""
    x = rgb.astype(np.float32) / 255
    x = np.clip(x, 0, 1) ** np.exp(rng.normal() * 0.18)
    x = (x - 0.5) * np.exp(rng.normal() * 0.12) + 0.5 + rng.normal() * 0.04
    x = x * (1 + rng.normal(size=3) * 0.05).astype(np.float32)
    grey = x.mean(-1, keepdims=True)
    x = grey + (x - grey) * (0.0 if rng.random() < 0.04 else np.exp(rng.normal() * 0.25))
    k = rng.random()
    if k < 0.3:
        x = gaussian_filter(x, (s := rng.uniform(0.3, 1.1), s, 0))
    elif k < 0.6:
        x = x + rng.uniform(0.2, 1.2) * (x - gaussian_filter(x, (0.8, 0.8, 0)))
    if rng.random() < 0.7:
        noise = rng.normal(size=x.shape).astype(np.float32)
        if rng.random() < 0.5:
            noise = gaussian_filter(noise, (0.7, 0.7, 0)) * 2
        x = x + noise * rng.uniform(0.0, 0.045) * (0.5 + np.sqrt(np.clip(grey, 0, 1)))
    out = (np.clip(x, 0, 1) * 255 + 0.5).astype(np.uint8)
    if rng.random() < 0.6:
        buffer = io.BytesIO()
        Image.fromarray(out).save(buffer, "JPEG", quality=int(rng.integers(35, 96)))
        out = np.asarray(Image.open(buffer))
    return out
