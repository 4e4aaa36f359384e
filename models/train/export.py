"""Stage 6: a diffusers folder in fp16. `python -m models.train.export --vae DIR --unet DIR --out models/marigold-nano`"""

import argparse
import json
from pathlib import Path

import torch
from diffusers import AutoencoderKL, DDIMScheduler, MarigoldDepthPipeline
from transformers import CLIPTextModel, CLIPTokenizer

from .architecture import denoiser, scheduler, text_encoder
from .loop import averaged
from .repurpose import start

TOKENS = {"<|startoftext|>": 0, "<|endoftext|>": 1, "a": 2, "a</w>": 3}


def tokenizer(folder):
    """The smallest CLIP tokenizer: the empty prompt gives [<|startoftext|>, <|endoftext|>]."""
    folder.mkdir(parents=True, exist_ok=True)
    special = {"bos_token": "<|startoftext|>", "eos_token": "<|endoftext|>", "unk_token": "<|endoftext|>", "pad_token": "<|endoftext|>"}
    files = {
        "vocab.json": TOKENS,
        "special_tokens_map.json": special,
        "tokenizer_config.json": {"tokenizer_class": "CLIPTokenizer", "model_max_length": 77, "add_prefix_space": False, "do_lower_case": True,
                                  "errors": "replace", **special},
    }
    for name, content in files.items():
        (folder / name).write_text(json.dumps(content, indent=2) + "\n")
    (folder / "merges.txt").write_text("#version: 0.2\n")
    return CLIPTokenizer.from_pretrained(folder)


def surroundings(base, out):
    """(text encoder, tokenizer, scheduler): the embedded model's own, or a base's with zero terminal SNR and trailing steps."""
    if base is None:
        return text_encoder(), tokenizer(out / "tokenizer"), scheduler()
    ddim = DDIMScheduler.from_config(DDIMScheduler.load_config(base / "scheduler"), rescale_betas_zero_snr=True, timestep_spacing="trailing")
    return CLIPTextModel.from_pretrained(base / "text_encoder"), CLIPTokenizer.from_pretrained(base / "tokenizer"), ddim


def main():
    cli = argparse.ArgumentParser(description=__doc__)
    cli.add_argument("--vae", type=Path, required=True, help="a diffusers VAE folder")
    cli.add_argument("--unet", help="the folder of a repurposing run; without it the weights are random")
    cli.add_argument("--base", type=Path, help="the Stable Diffusion 2 folder that the run began from; its other parts are taken over")
    cli.add_argument("--out", type=Path, required=True)
    cli.add_argument("--steps", type=int, default=4)
    cli.add_argument("--resolution", type=int, default=256)
    args = cli.parse_args()
    torch.manual_seed(0)
    unet = start(args.base) if args.base else denoiser()
    unet = averaged(args.unet, unet) if args.unet else unet
    text, tokens, ddim = surroundings(args.base, args.out)
    pipe = MarigoldDepthPipeline(unet=unet, vae=AutoencoderKL.from_pretrained(args.vae), scheduler=ddim, text_encoder=text,
                                 tokenizer=tokens, prediction_type="depth", scale_invariant=True, shift_invariant=True,
                                 default_denoising_steps=args.steps, default_processing_resolution=args.resolution)
    pipe.to(dtype=torch.float16)
    pipe.save_pretrained(args.out, safe_serialization=True)
    if args.base is None:
        tokenizer(args.out / "tokenizer")
    for config in args.out.rglob("*.json"):  # a diffusers config remembers the folder that it was loaded from
        content = json.loads(config.read_text())
        if isinstance(content, dict) and content.pop("_name_or_path", None) is not None:
            config.write_text(json.dumps(content, indent=2) + "\n")
    size = sum(f.stat().st_size for f in args.out.rglob("*") if f.is_file())
    print(f"{args.out}: {size / 1e6:.2f} MB")
    again = MarigoldDepthPipeline.from_pretrained(args.out, dtype=torch.float32)
    print(again(torch.rand(1, 3, 96, 128), num_inference_steps=1, processing_resolution=64).prediction.shape, again.tokenizer("", padding="do_not_pad").input_ids)


if __name__ == "__main__":
    main()
