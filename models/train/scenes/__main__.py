"""Stage 1: draw scenes into shards. `python -m models.train.scenes --out DIR --shards 48 --worker 0/2`"""

import argparse
import os
import time
from pathlib import Path

import numpy as np

from .render import render

SHAPES = [(216, 288), (216, 288), (216, 288), (288, 216), (252, 252)]  # (height, width), one per shard in turn
HELD_OUT = 10_000_000  # seeds from here on are never trained on
INDOOR_SHARE = 0.6


def telling(depth):
    """Is there something to learn: at least a little range, and not only sky."""
    finite = depth[np.isfinite(depth)]
    if finite.size < 0.25 * depth.size:
        return False
    near, far = np.percentile(finite, [3, 97])
    return near > 0.08 and far / near > 1.35


def family_of(seed, indoor_share=INDOOR_SHARE):
    return "indoor" if np.random.default_rng([seed, 9]).random() < indoor_share else "outdoor"


def draw(seed, indoor_share, height, width):
    """The first telling scene of the family that belongs to this seed."""
    family = family_of(seed, indoor_share)
    for attempt in range(8):
        rgb, depth = render(seed + attempt * 100_000_000, family, width, height)
        if telling(depth):
            return rgb, depth
    raise RuntimeError(f"seed {seed}: eight scenes in a row were empty")


def main():
    cli = argparse.ArgumentParser(description=__doc__)
    cli.add_argument("--out", type=Path, required=True)
    cli.add_argument("--shards", type=int, default=48)
    cli.add_argument("--per-shard", type=int, default=250)
    cli.add_argument("--worker", default="0/1", help="i/n: draw shards i, i+n, i+2n, …")
    cli.add_argument("--indoor-share", type=float, default=INDOOR_SHARE)
    cli.add_argument("--held-out", action="store_true", help="draw from the seeds kept for evaluation")
    args = cli.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    worker, workers = map(int, args.worker.split("/"))
    for shard in range(worker, args.shards, workers):
        path = args.out / f"{'test' if args.held_out else 'train'}-{shard:04d}.npz"
        if path.exists():
            continue
        began, (height, width) = time.time(), SHAPES[shard % len(SHAPES)]
        first = shard * args.per_shard + (HELD_OUT if args.held_out else 0)
        pairs = [draw(first + i, args.indoor_share, height, width) for i in range(args.per_shard)]
        part = path.with_suffix(".part.npz")
        np.savez(part, rgb=np.stack([p[0] for p in pairs]), depth=np.stack([p[1] for p in pairs]).astype(np.float16), first=first)
        os.replace(part, path)
        print(f"{path.name}: {args.per_shard} scenes {height}x{width} in {time.time() - began:.0f} s", flush=True)


if __name__ == "__main__":
    main()
