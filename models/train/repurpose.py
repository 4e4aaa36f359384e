"""Stage 5: the denoiser learns depth (the paper's fine-tuning). `python -m models.train.repurpose --latents DIR --run DIR`"""

import argparse
from pathlib import Path

import numpy as np
import torch
from diffusers import UNet2DConditionModel
from transformers import CLIPTextModel, CLIPTokenizer

from .architecture import denoiser, empty_prompt
from .diffusion import alphas, diffuse, draw_steps, multi_resolution_noise
from .loop import averaged, options, train


class Latents:
    """All encoded shards of a folder, by shape; new files are taken in while training."""

    def __init__(self, folder, rng):
        self.folder, self.rng, self.known, self.files, self.drawn = Path(folder), rng, set(), [], 0

    def batch(self, count):
        """(image latents, depth latents), each float32 [count, 4, h, w], and what the loss counts, bool [count, h, w]."""
        if self.drawn % 200 == 0:
            for path in sorted(self.folder.glob("train-*.npz")):
                if path not in self.known:
                    self.known.add(path)
                    with np.load(path) as f:
                        image, depth = f["image"], f["depth"]
                        mask = f["mask"] if "mask" in f else np.ones((len(image), *image.shape[2:]), bool)
                        self.files.append((image, depth, mask))
        self.drawn += 1
        shape = self.files[self.rng.integers(len(self.files))][0].shape[2:]
        same = [f for f in self.files if f[0].shape[2:] == shape]
        picks = [(same[self.rng.integers(len(same))], self.rng.random()) for _ in range(count)]
        image, depth, mask = (np.stack([f[k][int(u * len(f[k]))] for f, u in picks]) for k in range(3))
        return torch.from_numpy(image.astype(np.float32)), torch.from_numpy(depth.astype(np.float32)), torch.from_numpy(mask)


def double_input(unet):
    """Let a denoiser of 4 channels take (picture, depth): its first convolution twice, at half the weight."""
    old = unet.conv_in
    unet.conv_in = torch.nn.Conv2d(2 * old.in_channels, old.out_channels, old.kernel_size, padding=old.padding)
    with torch.no_grad():
        unet.conv_in.weight.copy_(old.weight.repeat(1, 2, 1, 1) * 0.5)
        unet.conv_in.bias.copy_(old.bias)
    unet.register_to_config(in_channels=8)
    return unet


def masked_error(y, v, mask):
    """Mean squared error over the latent pixels that count: y, v [B, 4, h, w], mask bool [B, h, w]; 0 when none does."""
    error = (y - v).square() * mask[:, None]
    return error.sum() / (mask.sum() * y.shape[1]).clamp_min(1)


def start(base):
    """The denoiser to fine-tune, of 8 input channels, from a diffusers folder, a UNet folder of one, a generator's run, or noise."""
    if base is None:
        return denoiser()
    base = Path(base)
    folder = base / "unet" if (base / "unet" / "config.json").exists() else base
    unet = UNet2DConditionModel.from_pretrained(folder) if (folder / "config.json").exists() else averaged(base, denoiser(4))
    return double_input(unet) if unet.config.in_channels == 4 else unet


@torch.no_grad()
def prompt_of(base, width):
    """The embedding of "", [1, 2, width], by the text encoder beside the base's UNet; without one, the embedded model's constant."""
    root = next((p for p in (Path(base), Path(base).parent) if (p / "text_encoder" / "config.json").exists()), None) if base else None
    if root is None:
        prompt = empty_prompt()
    else:
        ids = CLIPTokenizer.from_pretrained(root / "tokenizer")("", padding="do_not_pad", return_tensors="pt").input_ids
        prompt = CLIPTextModel.from_pretrained(root / "text_encoder", dtype=torch.float32)(ids).last_hidden_state
    if prompt.shape[2] != width:
        raise ValueError(f"the base wants prompts of width {width}, not {prompt.shape[2]}: put its text_encoder and tokenizer beside it")
    return prompt


def make_step(unet, args, rank):
    rng = np.random.default_rng()
    sources, device = [Latents(folder, rng) for folder in args.latents], args.device
    mix = np.array(args.mix or [1.0] * len(sources))
    alpha, prompt = alphas(), prompt_of(args.base, unet.config.cross_attention_dim).to(device)
    unet.train()

    def step(clock):
        image, depth, mask = sources[rng.choice(len(sources), p=mix / mix.sum())].batch(args.batch)
        t = draw_steps(args.batch, args.high_noise)
        strength = 0.0 * t if args.noise == "gaussian" else args.strength * t / 1000
        x, v = diffuse(depth, multi_resolution_noise(depth.shape, strength), t, alpha)
        with torch.autocast(torch.device(device).type, torch.bfloat16):
            pair = torch.cat([image, x], 1).to(device, memory_format=torch.channels_last)
            y = unet(pair, t.to(device), encoder_hidden_states=prompt.expand(args.batch, -1, -1)).sample
        v, mask = v.to(device), mask.to(device)
        loss = masked_error(y.float(), v, mask)
        high = (t >= 700).to(device)
        first = masked_error(y[high].float(), v[high], mask[high]) if high.any() else loss
        return loss, args.batch, {"high": first.item()}

    return step


def main():
    cli = argparse.ArgumentParser(description=__doc__)
    cli.add_argument("--latents", required=True, nargs="+", help="each batch comes from one of these folders")
    cli.add_argument("--mix", type=float, nargs="+", help="share of batches from each folder; the paper's is 0.9 indoor, 0.1 outdoor")
    cli.add_argument("--base", help="a Stable Diffusion 2 folder or its UNet folder (diffusers), or a run of the generator; without it: from noise")
    cli.add_argument("--noise", choices=["annealed", "gaussian"], default="annealed")
    cli.add_argument("--strength", type=float, default=0.9)
    cli.add_argument("--high-noise", type=float, default=0.35, help="share of timesteps drawn from 700..999; the paper's is 0")
    options(cli, minutes=60, rate=5e-4, batch=8)
    args = cli.parse_args()
    torch.manual_seed(args.seed)
    if args.mix and len(args.mix) != len(args.latents):
        cli.error("--mix takes one share for each folder of --latents")
    unet = start(args.base)
    train(unet.to(memory_format=torch.channels_last), args, make_step)


if __name__ == "__main__":
    main()
