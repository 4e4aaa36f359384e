"""Stage 4: a prior over pictures, unconditional latent diffusion: the stand-in for Stable Diffusion.

`python -m models.train.generator --latents DIR --run DIR`; give the run's folder to repurpose as --base.
"""

import argparse

import numpy as np
import torch

from .architecture import denoiser, empty_prompt
from .diffusion import alphas, diffuse, draw_steps
from .loop import options, train
from .repurpose import Latents


def make_step(unet, args, rank):
    latents = Latents(args.latents, np.random.default_rng())
    alpha, prompt = alphas(), empty_prompt().to(args.device)
    unet.train()

    def step(clock):
        image, *_ = latents.batch(args.batch)
        t = draw_steps(args.batch, 0.0)
        x, v = diffuse(image, torch.randn_like(image), t, alpha)
        with torch.autocast(torch.device(args.device).type, torch.bfloat16):
            y = unet(x.to(args.device, memory_format=torch.channels_last), t.to(args.device), encoder_hidden_states=prompt.expand(args.batch, -1, -1)).sample
        return (y.float() - v.to(args.device)).square().mean(), args.batch, {}

    return step


def main():
    cli = argparse.ArgumentParser(description=__doc__)
    cli.add_argument("--latents", required=True)
    options(cli, minutes=60, rate=5e-4, batch=8)
    args = cli.parse_args()
    torch.manual_seed(args.seed)
    train(denoiser(4).to(memory_format=torch.channels_last), args, make_step)


if __name__ == "__main__":
    main()
