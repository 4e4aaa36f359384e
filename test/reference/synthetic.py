"""Synthetic pictures and depth maps: made from formulas, so that regenerating needs no downloads."""

import numpy as np


def picture(height, width, seed):
    """uint8 [3,H,W]: a gradient sky, a checkered floor, two discs and a little noise; sharp edges and flat areas."""
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[0:height, 0:width].astype(np.float64)
    u, v = x / width, y / height
    image = np.stack([0.3 + 0.5 * v, 0.5 + 0.3 * u, 0.9 - 0.5 * v])
    floor = v > 0.6
    checker = ((np.floor(u * 8) + np.floor(v * 10)) % 2) * 0.6 + 0.2
    image = np.where(floor[None], checker[None] * np.array([0.9, 0.7, 0.5])[:, None, None], image)
    for _ in range(2):
        cx, cy, r = rng.uniform(0.2, 0.8), rng.uniform(0.2, 0.8), rng.uniform(0.1, 0.25)
        disc = (u - cx) ** 2 + ((v - cy) * height / width) ** 2 < r * r
        image = np.where(disc[None], rng.uniform(0, 1, 3)[:, None, None], image)
    image = image + rng.normal(0, 0.03, image.shape)
    return np.clip(np.round(image * 255), 0, 255).astype(np.uint8)


def scene_depth(height, width):
    """float64 [H,W] in [0,1]: a floor receding from near to far, a sphere and a box on it."""
    y, x = np.mgrid[0:height, 0:width].astype(np.float64)
    u, v = (x + 0.5) / width, (y + 0.5) / height
    depth = np.where(v > 0.4, 0.4 / np.maximum(v, 1e-3), 1.0)
    depth = np.minimum(depth, np.where((u - 0.3) ** 2 + (v - 0.55) ** 2 < 0.03, 0.45 + 2 * (u - 0.3) ** 2, 1.0))
    depth = np.where((np.abs(u - 0.72) < 0.13) & (np.abs(v - 0.6) < 0.18), np.minimum(depth, 0.6), depth)
    return (depth - depth.min()) / (depth.max() - depth.min())


def ensemble_members(count, height, width, seed, spread=0.25, noise=0.02):
    """float32 [E,1,H,W]: the scene under random affine maps with smooth and white errors, as an ensemble gives."""
    rng = np.random.default_rng(seed)
    truth = scene_depth(height, width)
    y, x = np.mgrid[0:height, 0:width].astype(np.float64)
    members = []
    for _ in range(count):
        scale, shift = 1 - spread * rng.random(), spread * rng.random() * 0.5
        fx, fy = rng.uniform(0.5, 3, 2)
        phase = rng.uniform(0, 2 * np.pi)
        wave = np.sin(2 * np.pi * (fx * x / width + fy * y / height) + phase)
        members.append(scale * truth + shift + noise * wave + noise / 3 * rng.normal(size=truth.shape))
    return np.clip(np.stack(members), 0, 1)[:, None].astype(np.float32)
