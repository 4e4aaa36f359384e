"""Evaluate a checkpoint on held-out scenes. `python -m models.train.evaluate --data DIR --model DIR --train-data DIR`

AbsRel and δ1 after a least-squares scale and shift per picture (Marigold, alignment.py and metric.py), for one member and for an
ensemble, beside what needs no model: a constant, the mean depth map of training scenes, the best vertical ramp of each picture.
"""

import argparse
import json

import numpy as np
import torch
from diffusers import MarigoldDepthPipeline
from PIL import Image

from .data import far_plane, load, normalise, shards


def align(prediction, depth):
    """Least squares s·p + t ≈ depth, then at least 1e-3 of a metre."""
    a = np.stack([prediction.ravel(), np.ones(prediction.size)], 1)
    s, t = np.linalg.lstsq(a, depth.ravel(), rcond=None)[0]
    return np.maximum(s * prediction + t, 1e-3)


def metrics(prediction, depth):
    """(AbsRel, δ1) of one aligned map."""
    p = align(prediction.astype(np.float64), depth.astype(np.float64))
    ratio = np.maximum(p / depth, depth / p)
    return (np.abs(p - depth) / depth).mean(), (ratio < 1.25).mean()


def resize(x, shape):
    return np.asarray(Image.fromarray(x.astype(np.float32)).resize(shape[::-1], Image.Resampling.BILINEAR))


def mean_map(folder, size=(64, 64), limit=2000):
    """The mean of normalised depth maps of training scenes."""
    maps = [resize(normalise(far_plane(z)), size) for path in shards(folder)[:: max(1, len(shards(folder)) * 250 // limit)] for z in load(path)[1]]
    return np.mean(maps, 0)


def main():
    cli = argparse.ArgumentParser(description=__doc__)
    cli.add_argument("--data", required=True, help="folder of held-out shards")
    cli.add_argument("--train-data", required=True, help="folder of training shards, for the mean depth map")
    cli.add_argument("--model", required=True)
    cli.add_argument("--count", type=int, default=200)
    cli.add_argument("--steps", type=int, default=4)
    cli.add_argument("--members", type=int, nargs="+", default=[1, 10])
    cli.add_argument("--resolution", type=int, default=0, help="0: the checkpoint's own")
    cli.add_argument("--batch", type=int, default=10)
    args = cli.parse_args()
    torch.set_num_threads(1)
    pipe = MarigoldDepthPipeline.from_pretrained(args.model, dtype=torch.float32)
    pipe.set_progress_bar_config(disable=True)
    resolution, mean, results = args.resolution or pipe.default_processing_resolution, mean_map(args.train_data), {}
    scenes = [(rgb, far_plane(z)) for path in shards(args.data, held_out=True) for rgb, z in zip(*load(path))][: args.count]
    for rgb, depth in scenes:
        ramp = np.repeat(np.linspace(0, 1, depth.shape[0])[:, None], depth.shape[1], 1)
        guesses = {"constant": np.ones_like(depth), "mean map": resize(mean, depth.shape), "vertical ramp": ramp}
        for n in args.members:
            with torch.no_grad():
                out = pipe(Image.fromarray(rgb), num_inference_steps=args.steps, ensemble_size=n, processing_resolution=resolution,
                           batch_size=args.batch, generator=torch.Generator().manual_seed(2024))
            guesses[f"{n} member{'s' if n > 1 else ''}"] = out.prediction[0, ..., 0]
        for name, guess in guesses.items():
            results.setdefault(name, []).append(metrics(guess, depth))
    for name, values in results.items():
        abs_rel, delta = np.mean(values, 0)
        print(json.dumps({"method": name, "scenes": len(values), "AbsRel": round(float(abs_rel), 4), "delta1": round(float(delta), 4)}), flush=True)


if __name__ == "__main__":
    main()
