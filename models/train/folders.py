"""Folders of RGB and depth in the layouts that the paper trains on (Marigold, hypersim_dataset.py and vkitti_dataset.py)."""

from pathlib import Path

import numpy as np
from PIL import Image

CROP = (352, 1216)  # the KITTI benchmark's: the bottom, centred


def pairs(folder, layout):
    """Sorted (picture, depth) paths.

    hypersim: `**/rgb_cam_*_fr*.png` beside `depth_plane_cam_*_fr*.png`, 16 bit, millimetres of planar depth (the paper's preprocessing).
    vkitti: `**/frames/rgb/Camera_*/rgb_*.jpg` and `**/frames/depth/Camera_*/depth_*.png`, 16 bit, centimetres.
    """
    found = sorted(Path(folder).rglob("rgb_cam_*_fr*.png" if layout == "hypersim" else "frames/rgb/Camera_*/rgb_*.jpg"))
    if not found:
        raise ValueError(f"{folder} has no pictures in the {layout} layout")
    if layout == "hypersim":
        depths = [p.with_name("depth_plane_" + p.name.removeprefix("rgb_")) for p in found]
    else:
        depths = [p.parents[2] / "depth" / p.parent.name / ("depth_" + p.stem.removeprefix("rgb_") + ".png") for p in found]
    for depth in depths:
        if not depth.exists():
            raise ValueError(f"{depth} is missing")
    return list(zip(found, depths))


def read(picture, depth, layout):
    """(rgb uint8 [H, W, 3], depth float32 [H, W] in metres, valid bool [H, W])."""
    rgb = np.asarray(Image.open(picture).convert("RGB"))
    z = np.asarray(Image.open(depth)).astype(np.float32) / (1000 if layout == "hypersim" else 100)
    if layout == "vkitti" and rgb.shape[0] >= CROP[0] and rgb.shape[1] >= CROP[1]:
        top, left = rgb.shape[0] - CROP[0], (rgb.shape[1] - CROP[1]) // 2
        rgb, z = (x[top:, left:left + CROP[1]] for x in (rgb, z))
    return rgb, z, (z > 1e-5) & (z < (65 if layout == "hypersim" else 80))


def fit(rgb, depth, valid, edge):
    """All three with a longer edge of about `edge`, both edges multiples of 8; colour is filtered, depth is not."""
    height, width = depth.shape
    tall, wide = (max(8, round(edge * n / max(height, width) / 8) * 8) for n in (height, width))
    rows, columns = ((np.arange(n) + 0.5) * m / n for n, m in ((tall, height), (wide, width)))
    pick = rows.astype(int)[:, None], columns.astype(int)[None]
    return np.asarray(Image.fromarray(rgb).resize((wide, tall), Image.Resampling.BICUBIC)), depth[pick], valid[pick]
