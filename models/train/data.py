"""Shards of scenes as training pairs: pictures and normalised depth in [-1, 1]."""

from pathlib import Path

import numpy as np
import torch

from .photo import crop, develop

FAR = 12.0  # the far plane is at most this many times the depth of the near ground


def far_plane(depth):
    """Depth with the sky and all that is beyond the far plane moved onto it, metres.

    Linear depth of an open landscape spans orders of magnitude; without a far plane nearly all of the picture would be 0.
    """
    finite = depth[np.isfinite(depth)]
    if finite.size == 0:
        raise ValueError("a depth map without any surface has no far plane")
    near, far = np.percentile(finite, [5, 98])
    return np.minimum(depth, min(far, FAR * max(near, 0.05))).astype(np.float32)


def normalise(depth, valid=None):
    """Depth to [-1, 1] by the 2 % and 98 % percentiles of its valid pixels (Marigold, depth_transform.py), near -1, far +1."""
    low, high = np.percentile(depth if valid is None else depth[valid], [2, 98])
    return np.clip((depth - low) / max(high - low, 1e-6) * 2 - 1, -1, 1).astype(np.float32)


def shards(folder, held_out=False):
    return sorted(Path(folder).glob("test-????.npz" if held_out else "train-????.npz"))


def load(path):
    """(rgb uint8 [N,H,W,3], depth float32 [N,H,W])"""
    with np.load(path) as f:
        return f["rgb"], f["depth"].astype(np.float32)


def seeds(path):
    """The seeds of a shard's scenes."""
    with np.load(path) as f:
        return range(int(f["first"]), int(f["first"]) + len(f["rgb"]))


def sample(rgb, depth, rng, size, least=0.72):
    """One augmented pair of tensors [3, h, w] in [-1, 1]: the picture, and the depth map three times."""
    picture, z = crop(rgb, far_plane(depth), rng, size, least)
    if rng.random() < 0.5:
        picture, z = picture[:, ::-1], z[:, ::-1]
    picture = develop(np.ascontiguousarray(picture), rng).astype(np.float32) / 127.5 - 1
    z = normalise(z)
    return torch.from_numpy(picture).permute(2, 0, 1), torch.from_numpy(z)[None].repeat(3, 1, 1)
