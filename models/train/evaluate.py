"""Evaluate checkpoints on held-out scenes. `python -m models.train.evaluate --data DIR --train-data DIR --model DIR …`

AbsRel and δ1 after a least-squares scale and shift per picture (Marigold, alignment.py and metric.py), for ensembles of several
sizes, beside what needs no model: a constant, the mean depth map of training scenes, the best vertical ramp of each picture.
Several models (NAME=DIR) and sizes make the paper's ablations: `--model annealed=A gaussian=B --members 1 2 3 5 10 20 --plot FILE`.
"""

import argparse
import json
import sys

import matplotlib
import numpy as np
import torch
from diffusers import MarigoldDepthPipeline
from PIL import Image

from .data import far_plane, load, normalise, seeds, shards
from .scenes.__main__ import family_of

matplotlib.use("Agg")
from matplotlib import pyplot  # noqa: E402


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


def blind(depth, mean):
    """What can be said without looking: {name: map}."""
    ramp = np.repeat(np.linspace(0, 1, depth.shape[0])[:, None], depth.shape[1], 1)
    return {"constant": np.ones_like(depth), "mean map": resize(mean, depth.shape), "vertical ramp": ramp}


@torch.no_grad()
def members(pipe, rgb, count, args):
    """`count` depth maps of one picture from different noise, [count, 1, H, W]."""
    picture, generator = Image.fromarray(rgb), torch.Generator().manual_seed(2024)
    size = args.resolution or pipe.default_processing_resolution
    return pipe([picture] * count, num_inference_steps=args.steps, processing_resolution=size, batch_size=args.batch, generator=generator,
                output_type="pt").prediction


def plot(table, path):
    """AbsRel over the ensemble's size, one line for each model; table: {(model, size): AbsRel}."""
    for name in dict.fromkeys(name for name, _ in table):
        sizes = [n for model, n in table if model == name]
        pyplot.plot(sizes, [table[name, n] for n in sizes], marker="o", label=name)
    pyplot.xlabel("members"), pyplot.ylabel("AbsRel"), pyplot.ylim(bottom=0), pyplot.grid(alpha=0.3), pyplot.legend()
    pyplot.savefig(path, dpi=110, bbox_inches="tight")


def main():
    cli = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    cli.add_argument("--data", required=True, help="folder of held-out shards")
    cli.add_argument("--train-data", required=True, help="folder of training shards, for the mean depth map")
    cli.add_argument("--model", required=True, nargs="+", metavar="[NAME=]DIR")
    cli.add_argument("--count", type=int, default=200)
    cli.add_argument("--steps", type=int, default=4)
    cli.add_argument("--members", type=int, nargs="+", default=[1, 10])
    cli.add_argument("--resolution", type=int, default=0, help="0: the checkpoint's own")
    cli.add_argument("--align-resolution", type=int, default=64, help="of the search for scales and shifts: 20 members at 192 take a minute")
    cli.add_argument("--batch", type=int, default=10)
    cli.add_argument("--threads", type=int, default=1)
    cli.add_argument("--plot", help="a picture of AbsRel over the ensemble's size")
    args = cli.parse_args()
    torch.set_num_threads(args.threads)
    scenes = [(rgb, far_plane(z)) for path in shards(args.data, held_out=True) for rgb, z in zip(*load(path))][: args.count]

    families = np.array([family_of(seed) for path in shards(args.data, held_out=True) for seed in seeds(path)][: args.count])

    def report(method, values, **more):
        values = np.array(values)
        abs_rel, delta = (round(float(mean), 4) for mean in values.mean(0))
        apart = {name: round(float(values[families == name, 0].mean()), 4) for name in np.unique(families)}
        print(json.dumps({"method": method, **more, "scenes": len(values), "AbsRel": abs_rel, "delta1": delta, **apart}), flush=True)
        return abs_rel

    mean = mean_map(args.train_data)
    guesses = [{name: metrics(guess, depth) for name, guess in blind(depth, mean).items()} for _, depth in scenes]
    for name in guesses[0]:
        report(name, [guess[name] for guess in guesses])
    table = {}
    for name, folder in (model.split("=", 1) if "=" in model else (model, model) for model in args.model):
        pipe = MarigoldDepthPipeline.from_pretrained(folder, dtype=torch.float32)
        pipe.set_progress_bar_config(disable=True)
        values = {n: [] for n in args.members}
        for i, (rgb, depth) in enumerate(scenes):
            print(f"{name}: {i} of {len(scenes)}", file=sys.stderr, flush=True)
            maps = members(pipe, rgb, max(args.members), args)
            for n in args.members:
                one = maps[:1] if n == 1 else pipe.ensemble_depth(maps[:n], max_res=args.align_resolution)[0]
                values[n].append(metrics(one[0, 0].numpy(), depth))
        for n in args.members:
            table[name, n] = report(name, values[n], members=n)
    if args.plot:
        plot(table, args.plot)


if __name__ == "__main__":
    main()
