"""Stage 2: the autoencoder, on pictures and on depth maps. `python -m models.train.vae --data DIR --run DIR`"""

import argparse
import os

import numpy as np
import torch
import torch.nn.functional as F

from .architecture import autoencoder
from .data import load, sample, shards
from .loop import options, train


def gradient(a, b):
    """Mean absolute difference of image gradients at three scales: keeps edges where L1 alone blurs them."""
    total = 0.0
    for _ in range(3):
        d = a - b
        total = total + (d[..., 1:, :] - d[..., :-1, :]).abs().mean() + (d[..., :, 1:] - d[..., :, :-1]).abs().mean()
        a, b = F.avg_pool2d(a, 2), F.avg_pool2d(b, 2)
    return total


def colour(a, b):
    """Mean absolute difference of chroma (R−G and B−G), of pixels and of 8×8 blocks: L1 alone is content with grey."""
    d = a - b
    d = torch.stack([d[:, 0] - d[:, 1], d[:, 2] - d[:, 1]], 1)
    return d.abs().mean() + F.avg_pool2d(d, 8).abs().mean()


def unexplained(z, x):
    """Share of the variance of 8×8 block means [B, 3, h, w] that no affine map of the latents [B, 4, h, w] explains.

    Where it is small, latents change as smoothly as the picture itself, and are easier to denoise.
    """
    z, target = z.permute(0, 2, 3, 1).flatten(0, 2), F.avg_pool2d(x, 8).permute(0, 2, 3, 1).flatten(0, 2)
    z, target = z - z.mean(0), target - target.mean(0)
    fit = torch.linalg.solve(z.T @ z + 1e-3 * len(z) * torch.eye(z.shape[1], device=z.device), z.T @ target)
    return (target - z @ fit).square().mean() / target.square().mean().clamp_min(1e-4)


def batches(folder, size, batch, rng):
    """Endless batches [2·batch, 3, size, size]: pictures first, then their depth maps."""
    while True:
        paths = shards(folder)
        rgb, depth = load(paths[rng.integers(len(paths))])
        for i in rng.permutation(len(rgb))[:96].reshape(-1, batch):
            pairs = [sample(rgb[k], depth[k], rng, (size, size), 0.4) for k in i]
            yield torch.stack([p for p, _ in pairs] + [d for _, d in pairs])


@torch.no_grad()
def whiten(vae, source, rounds=12):
    """Fold a per-channel affine map into the two 1×1 convolutions, so that latents have zero mean and unit deviation.

    Exact: quant_conv maps z to (z − m)/s and post_quant_conv maps it back, so that decode(encode(x)) is what it was.
    """
    z = torch.cat([vae.encode(next(source)).latent_dist.mode().permute(1, 0, 2, 3).flatten(1) for _ in range(rounds)], 1)
    mean, std = z.mean(1), z.std(1)
    out, back = vae.quant_conv, vae.post_quant_conv
    out.weight[:4] /= std[:, None, None, None]
    out.bias[:4] = (out.bias[:4] - mean) / std
    out.bias[4:] -= 2 * std.log()
    back.bias += back.weight[:, :, 0, 0] @ mean
    back.weight *= std[None, :, None, None]
    return mean, std


def make_step(vae, args, rank):
    source, n = batches(args.data, args.size, args.batch, np.random.default_rng([args.seed, rank, int.from_bytes(os.urandom(4), "big")])), args.batch

    def step(clock):
        x = next(source).to(args.device, memory_format=torch.channels_last)
        with torch.autocast(torch.device(args.device).type, torch.bfloat16):
            posterior = vae.encode(x).latent_dist
            z = posterior.sample()
            z = z + args.noise * z.std((0, 2, 3), keepdim=True).detach() * torch.randn_like(z)
            y = vae.decode(z).sample
        y = y.float()
        kl = posterior.kl().mean() / posterior.mean[0].numel()
        picture, depth, chroma = (y[:n] - x[:n]).abs().mean(), (y[n:] - x[n:]).abs().mean(), colour(y[:n], x[:n])
        rough = unexplained(posterior.mean.float(), x)
        loss = picture + chroma + 2 * depth + 0.5 * gradient(y[:n], x[:n]) + gradient(y[n:], x[n:]) + args.smooth * rough + args.kl * kl
        return loss, 2 * n, {"picture": picture.item(), "chroma": chroma.item(), "depth": depth.item(), "kl": kl.item(), "rough": rough.item()}

    return step


def main():
    cli = argparse.ArgumentParser(description=__doc__)
    cli.add_argument("--data", required=True)
    cli.add_argument("--size", type=int, default=64)
    cli.add_argument("--kl", type=float, default=2e-4)
    cli.add_argument("--smooth", type=float, default=0.5, help="weight of the part of 8×8 block means that latents do not tell linearly")
    cli.add_argument("--noise", type=float, default=0.1, help="noise on the latents that are decoded, in their deviations: a denoiser is not exact")
    options(cli, minutes=15, rate=1.5e-3, batch=4)
    args = cli.parse_args()
    torch.manual_seed(args.seed)
    vae = train(autoencoder().to(memory_format=torch.channels_last), args, make_step, 0.995)
    mean, std = whiten(vae, batches(args.data, 128, 4, np.random.default_rng(args.seed)))
    print("latent mean", mean.tolist(), "deviation", std.tolist())
    vae.save_pretrained(f"{args.run}/vae")


if __name__ == "__main__":
    main()
