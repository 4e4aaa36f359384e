"""A contact sheet of pictures and their coloured depth. `python -m models.train.preview --model DIR --out sheet.png PICTURE…`

Without --model the pictures are shards of scenes, shown with their true depth, --each of every shard.
"""

import argparse

import matplotlib
import numpy as np
import torch
from diffusers import MarigoldDepthPipeline
from PIL import Image

from .data import far_plane, load


def tile(picture, depth, width, height):
    low, high = np.percentile(depth, [1, 99])
    colour = matplotlib.colormaps["Spectral"](np.clip((depth - low) / max(high - low, 1e-6), 0, 1))[..., :3]
    rows = [picture, Image.fromarray((colour * 255).astype(np.uint8))]
    return np.concatenate([np.asarray(r.resize((width, height))) for r in rows])


def true_depth(args):
    """(picture, depth) of scenes spread over the shards."""
    for path in args.pictures:
        rgb, depth = load(path)
        for i in np.linspace(0, len(rgb) - 1, args.each).astype(int):
            yield Image.fromarray(rgb[i]), far_plane(depth[i])


def predicted(args):
    """(picture, depth as the model sees it)."""
    pipe = MarigoldDepthPipeline.from_pretrained(args.model, dtype=torch.float32)
    pipe.set_progress_bar_config(disable=True)
    for path in args.pictures:
        picture = Image.open(path).convert("RGB")
        out = pipe(picture, num_inference_steps=args.steps, ensemble_size=args.members, processing_resolution=args.resolution,
                   match_input_resolution=False, batch_size=args.members, generator=torch.Generator().manual_seed(2024))
        yield picture, out.prediction[0, ..., 0]


def main():
    cli = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    cli.add_argument("--model")
    cli.add_argument("--each", type=int, default=6, help="scenes of every shard")
    cli.add_argument("--width", type=int, default=256, help="of one picture")
    cli.add_argument("--out", required=True)
    cli.add_argument("--steps", type=int)
    cli.add_argument("--members", type=int, default=1)
    cli.add_argument("--resolution", type=int)
    cli.add_argument("--columns", type=int, default=6)
    cli.add_argument("--quality", type=int, default=88)
    cli.add_argument("pictures", nargs="+")
    args = cli.parse_args()
    torch.set_num_threads(1)
    size = args.width, args.width * 13 // 16
    tiles = [tile(picture, depth, *size) for picture, depth in (predicted(args) if args.model else true_depth(args))]
    tiles += [np.full_like(tiles[0], 255)] * (-len(tiles) % args.columns)
    rows = [np.concatenate(tiles[i:i + args.columns], 1) for i in range(0, len(tiles), args.columns)]
    Image.fromarray(np.concatenate(rows)).save(args.out, quality=args.quality)


if __name__ == "__main__":
    main()
