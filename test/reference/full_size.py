"""
A checkpoint of full size with seeded weights: what diffusers asks for by name and shape, and what it computes.

    python test/reference/generate.py full_size            # not part of a plain run: 5 GB of memory, two minutes

`test/full/support/synthetic-weights.ts` writes the same weights to a folder. Both follow this recipe, tensors in the
order of their names in each component: element i of tensor n is

    u = mix(i · 0x9E3779B1 + mix(n + 1) mod 2³²) >> 20                        one of 4096 levels
    float16(centre + bound · (2u + 1 − 4096) / 4096)                          computed in float64, rounded by way of float32

with centre 1 and bound 0.1 for the scale of a norm, 0 and 0.05 for anything else of one axis, and 0 and √(6 / fan-in)
(Kaiming's uniform for rectifiers) for matrices, so that activations keep the scale that trained ones have.
"""

import hashlib
import math

import numpy as np
import torch
from diffusers import AutoencoderKL, UNet2DConditionModel
from transformers import CLIPTextConfig, CLIPTextModel

from fixture_store import write_case, write_json

UNET = dict(
    sample_size=96, in_channels=8, out_channels=4, layers_per_block=2, block_out_channels=[320, 640, 1280, 1280],
    down_block_types=["CrossAttnDownBlock2D"] * 3 + ["DownBlock2D"],
    up_block_types=["UpBlock2D"] + ["CrossAttnUpBlock2D"] * 3,
    cross_attention_dim=1024, attention_head_dim=[5, 10, 20, 20], use_linear_projection=True,
)
VAE = dict(
    in_channels=3, out_channels=3, latent_channels=4, layers_per_block=2, block_out_channels=[128, 256, 512, 512],
    down_block_types=["DownEncoderBlock2D"] * 4, up_block_types=["UpDecoderBlock2D"] * 4, sample_size=768,
)
# One layer and eight words instead of 23 and 49408: it only has to give two tokens of 1024 numbers.
TEXT = dict(
    vocab_size=8, hidden_size=1024, intermediate_size=1024, num_hidden_layers=1, num_attention_heads=16,
    max_position_embeddings=77, hidden_act="gelu", bos_token_id=0, eos_token_id=1,
)
LATENT = (8, 8)
TIMESTEP = 999


def mix(x):
    """Ettinger's lowbias32 on uint32 arrays: https://github.com/skeeto/hash-prospector"""
    x = x ^ (x >> np.uint32(16))
    x = x * np.uint32(0x7FEB352D)
    x = x ^ (x >> np.uint32(15))
    x = x * np.uint32(0x846CA68B)
    return x ^ (x >> np.uint32(16))


def centre_and_bound(name, shape):
    if len(shape) == 1:
        return (1.0, 0.1) if name.endswith(".weight") else (0.0, 0.05)
    return 0.0, math.sqrt(6 / math.prod(shape[1:]))


def weights(index, name, shape):
    centre, bound = centre_and_bound(name, shape)
    levels = (2 * np.arange(4096, dtype=np.float64) + 1 - 4096) / 4096
    table = (centre + bound * levels).astype(np.float32).astype(np.float16)
    key = mix(np.array([index + 1], np.uint32))[0]
    with np.errstate(over="ignore"):
        hashed = mix(np.arange(math.prod(shape), dtype=np.uint32) * np.uint32(0x9E3779B1) + key)
    return table[hashed >> np.uint32(20)].reshape(shape)


def fill(model):
    """Gives the model its weights; returns names and shapes, and the SHA-256 of all values in order."""
    parameters = dict(model.named_parameters())
    hashed = hashlib.sha256()
    for index, name in enumerate(sorted(parameters)):
        values = weights(index, name, tuple(parameters[name].shape))
        hashed.update(values.tobytes())
        owner, _, leaf = name.rpartition(".")
        setattr(model.get_submodule(owner), leaf, torch.nn.Parameter(torch.from_numpy(values.astype(np.float32))))
    return {name: list(parameters[name].shape) for name in sorted(parameters)}, hashed.hexdigest()


def plain_config(model):
    config = {key: value for key, value in model.config.items() if key != "_use_default_values"}
    return {"_class_name": type(model).__name__, **config}


def watch(model):
    """Largest magnitude that any module gives, by module."""
    peaks = {}

    def hook(name):
        def note(_, __, output):
            if isinstance(output, torch.Tensor):
                peaks[name] = max(peaks.get(name, 0.0), float(output.abs().max()))
        return note

    for name, module in model.named_modules():
        module.register_forward_hook(hook(name))
    return peaks


@torch.no_grad()
def generate():
    torch.set_num_threads(2)
    generator = torch.Generator().manual_seed(77)
    tensors, names, hashes, peaks = {}, {}, {}, {}

    text_encoder = CLIPTextModel(CLIPTextConfig(**TEXT)).eval()
    names["text_encoder"], hashes["text_encoder"] = fill(text_encoder)
    tensors["text"] = text_encoder(torch.tensor([[0, 1]]))[0]

    vae = AutoencoderKL(**VAE).eval()
    names["vae"], hashes["vae"] = fill(vae)
    seen = watch(vae)
    h, w = LATENT
    tensors["picture"] = torch.rand([1, 3, 8 * h, 8 * w], generator=generator) * 2 - 1
    tensors["latent"] = vae.encode(tensors["picture"]).latent_dist.mode() * vae.config.scaling_factor
    tensors["decoded_latent"] = torch.randn([1, 4, h, w], generator=generator)
    tensors["decoded"] = vae.decode(tensors["decoded_latent"] / vae.config.scaling_factor, return_dict=False)[0]
    peaks["vae"] = max(seen.values())
    write_json("full/vae/config.json", plain_config(vae))
    del vae

    with torch.device("meta"):
        unet = UNet2DConditionModel(**UNET).eval()
    names["unet"], hashes["unet"] = fill(unet)
    seen = watch(unet)
    tensors["image_latent"] = torch.randn([1, 4, h, w], generator=generator)
    tensors["noisy_latent"] = torch.randn([1, 4, h, w], generator=generator)
    x = torch.cat([tensors["image_latent"], tensors["noisy_latent"]], 1)
    tensors["prediction"] = unet(x, TIMESTEP, encoder_hidden_states=tensors["text"], return_dict=False)[0]
    peaks["unet"] = max(seen.values())
    write_json("full/unet/config.json", plain_config(unet))

    write_json("full/text_encoder/config.json", {"model_type": "clip_text_model", **TEXT})
    write_json("full/tensors.json", names)
    write_case("full/expected", {"timestep": TIMESTEP, "sha256": hashes, "peaks": peaks}, tensors)
