"""Stage 3: scenes, or folders of RGB and depth, to latents, so that a denoiser's step costs no VAE.

`python -m models.train.latents --data DIR --vae DIR --out DIR`
"""

import argparse
import os
from pathlib import Path

import numpy as np
import torch
from diffusers import AutoencoderKL

from .data import load, normalise, sample, shards
from .folders import fit, pairs, read


def size_of(shape, edge):
    """Training size (height, width) for pictures of `shape`: the longer edge is `edge`; both are multiples of 8."""
    height, width = shape
    if height == width:
        return (edge * 7 // 64 * 8,) * 2
    short = edge * 3 // 32 * 8
    return (short, edge) if height < width else (edge, short)


@torch.no_grad()
def encode(vae, x):
    with torch.autocast("cpu", torch.bfloat16):
        z = vae.encode(x.to(memory_format=torch.channels_last)).latent_dist.mode()
    return z.float().numpy() * vae.config.scaling_factor


def latent_mask(valid):
    """Latent pixels whose 8×8 block is valid throughout (Marigold, marigold_depth_trainer.py): bool [H, W] to [H/8, W/8]."""
    height, width = valid.shape
    return valid.reshape(height // 8, 8, width // 8, 8).all((1, 3))


def save(out, **arrays):
    part = out.with_suffix(".part")
    with open(part, "wb") as f:
        np.savez(f, **arrays)
    os.replace(part, out)
    print(out.name, flush=True)


def encode_folder(vae, args, per_shard=250):
    """Whole pictures, flipped with probability 0.5 in every variant but the first; their masks beside them."""
    found = pairs(args.data, args.layout)
    for variant in range(args.variants):
        for shard in range(0, len(found), per_shard):
            out = args.out / f"train-{shard // per_shard:04d}-{args.edge}-{variant}.npz"
            if out.exists():
                continue
            rng, rows = np.random.default_rng([variant, shard, args.edge]), []
            for picture, depth in found[shard:shard + per_shard]:
                rgb, z, valid = fit(*read(picture, depth, args.layout), args.edge)
                if not valid.any():
                    continue
                z = normalise(z, valid)
                if variant and rng.random() < 0.5:
                    rgb, z, valid = rgb[:, ::-1], z[:, ::-1], valid[:, ::-1]
                x = np.stack([rgb.transpose(2, 0, 1) / 127.5 - 1, z[None].repeat(3, 0)]).astype(np.float32)
                rows.append((*encode(vae, torch.from_numpy(x)), latent_mask(valid)))
            if rows:
                image, depth, mask = (np.stack(column) for column in zip(*rows))
                save(out, image=image.astype(np.float16), depth=depth.astype(np.float16), mask=mask)


def main():
    cli = argparse.ArgumentParser(description=__doc__)
    cli.add_argument("--data", required=True)
    cli.add_argument("--layout", choices=["scenes", "hypersim", "vkitti"], default="scenes", help="what --data holds")
    cli.add_argument("--vae", required=True)
    cli.add_argument("--out", type=Path, required=True)
    cli.add_argument("--edge", type=int, default=192)
    cli.add_argument("--variants", type=int, default=2, help="differently cropped, flipped and developed copies of every scene")
    cli.add_argument("--threads", type=int, default=1)
    args = cli.parse_args()
    torch.set_num_threads(args.threads)
    args.out.mkdir(parents=True, exist_ok=True)
    vae = AutoencoderKL.from_pretrained(args.vae).to(memory_format=torch.channels_last).eval()
    if args.layout != "scenes":
        encode_folder(vae, args)
        return
    for variant in range(args.variants):
        for path in shards(args.data):
            out = args.out / f"{path.stem}-{args.edge}-{variant}.npz"
            if out.exists():
                continue
            rng, (rgb, depth) = np.random.default_rng([variant, int(path.stem[-4:]), args.edge]), load(path)
            images, depths = [], []
            for i in range(0, len(rgb), 8):
                pairs = [sample(rgb[k], depth[k], rng, size_of(rgb.shape[1:3], args.edge)) for k in range(i, min(i + 8, len(rgb)))]
                images.append(encode(vae, torch.stack([p for p, _ in pairs])))
                depths.append(encode(vae, torch.stack([d for _, d in pairs])))
            save(out, image=np.concatenate(images).astype(np.float16), depth=np.concatenate(depths).astype(np.float16))


if __name__ == "__main__":
    main()
