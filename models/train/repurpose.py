"""Stage 5: the denoiser learns depth (the paper's fine-tuning). `python -m models.train.repurpose --latents DIR --run DIR`"""

import argparse
from pathlib import Path

import numpy as np
import torch
from diffusers import UNet2DConditionModel

from .architecture import denoiser, empty_prompt
from .diffusion import alphas, diffuse, draw_steps, multi_resolution_noise
from .loop import averaged, options, train


class Latents:
    """All encoded shards of a folder, by shape; new files are taken in while training."""

    def __init__(self, folder, rng):
        self.folder, self.rng, self.known, self.files, self.drawn = Path(folder), rng, set(), [], 0

    def batch(self, count):
        """(image latents, depth latents), each float32 [count, 4, h, w]."""
        if self.drawn % 200 == 0:
            for path in sorted(self.folder.glob("train-*.npz")):
                if path not in self.known:
                    self.known.add(path)
                    with np.load(path) as f:
                        self.files.append((f["image"], f["depth"]))
        self.drawn += 1
        shape = self.files[self.rng.integers(len(self.files))][0].shape[2:]
        same = [f for f in self.files if f[0].shape[2:] == shape]
        picks = [(same[self.rng.integers(len(same))], self.rng.random()) for _ in range(count)]
        rows = [(f[0][int(u * len(f[0]))], f[1][int(u * len(f[0]))]) for f, u in picks]
        return tuple(torch.from_numpy(np.stack(x).astype(np.float32)) for x in zip(*rows))


def double_input(unet):
    """Let a denoiser of 4 channels take (picture, depth): its first convolution twice, at half the weight."""
    old = unet.conv_in
    unet.conv_in = torch.nn.Conv2d(2 * old.in_channels, old.out_channels, old.kernel_size, padding=old.padding)
    with torch.no_grad():
        unet.conv_in.weight.copy_(old.weight.repeat(1, 2, 1, 1) * 0.5)
        unet.conv_in.bias.copy_(old.bias)
    unet.register_to_config(in_channels=8)
    return unet


def make_step(unet, args, rank):
    latents = Latents(args.latents, np.random.default_rng())
    alpha, prompt = alphas(), empty_prompt()
    unet.train()

    def step(clock):
        image, depth = latents.batch(args.batch)
        t = draw_steps(args.batch, args.high_noise)
        strength = 0.0 * t if args.noise == "gaussian" else args.strength * t / 1000
        x, v = diffuse(depth, multi_resolution_noise(depth.shape, strength), t, alpha)
        with torch.autocast("cpu", torch.bfloat16):
            y = unet(torch.cat([image, x], 1).to(memory_format=torch.channels_last), t, encoder_hidden_states=prompt.expand(args.batch, -1, -1)).sample
        error = (y.float() - v).square().mean((1, 2, 3))
        high = t >= 700
        first = error[high].mean().item() if high.any() else error.mean().item()
        return error.mean(), args.batch, {"high": first}

    return step


def main():
    cli = argparse.ArgumentParser(description=__doc__)
    cli.add_argument("--latents", required=True)
    cli.add_argument("--base", help="a diffusers UNet folder, or the run folder of the generator stage; without it training starts from noise")
    cli.add_argument("--noise", choices=["annealed", "gaussian"], default="annealed")
    cli.add_argument("--strength", type=float, default=0.9)
    cli.add_argument("--high-noise", type=float, default=0.35, help="share of timesteps drawn from 700..999; the paper's is 0")
    options(cli, minutes=60, rate=5e-4, batch=8)
    args = cli.parse_args()
    torch.manual_seed(args.seed)
    if args.base is None:
        unet = denoiser()
    elif (Path(args.base) / "config.json").exists():
        unet = UNet2DConditionModel.from_pretrained(args.base)
    else:
        unet = averaged(args.base, denoiser(4))
    if unet.config.in_channels == 4:
        unet = double_input(unet)
    train(unet.to(memory_format=torch.channels_last), args, make_step)


if __name__ == "__main__":
    main()
