"""
Single models: U-Net forward, text encoder, VAE encode and decode, time embedding, and configs that no checkpoint here
has; random inputs, diffusers' outputs.
"""

import json

import torch
from diffusers import AutoencoderKL, AutoencoderTiny, UNet2DConditionModel
from diffusers.models.embeddings import get_timestep_embedding
from transformers import CLIPTextModel

from checkpoints import UNET_TWO_LEVELS, VAE_KL_SMALL
from fixture_store import FIXTURES, write_case
from published import build_unet, recipe_of
from recorder import load_pipeline, max_abs

CHECKPOINTS = {
    "tiny-ddim-trailing": None,
    "tiny-lcm": None,
    "tiny-ddim-leading": None,
    "tiny-fp16": "fp16",
}
LATENT_SIZES = {"even": (8, 8), "odd": (7, 9), "row": (1, 5)}


def unet_cases(unet, text, tensors, prefix, sizes, with_double=True):
    cases = []
    generator = torch.Generator().manual_seed(51)
    for label, (h, w) in sizes.items():
        for batch, t in ((1, 999), (2, 1 if label == "odd" else 332)):
            name = f"{prefix}.{label}.b{batch}.t{t}"
            x = torch.randn([batch, 8, h, w], generator=generator)
            condition = text.repeat(batch, 1, 1)
            v = unet(x, t, encoder_hidden_states=condition, return_dict=False)[0]
            double = unet.double()(x.double(), t, encoder_hidden_states=condition.double(), return_dict=False)[0]
            unet.float()
            tensors |= {f"{name}.x": x, f"{name}.v": v}
            cases.append({"name": name, "t": t, "shape": [batch, 8, h, w], "float32_vs_float64_max_abs": max_abs(v, double)})
    return cases


@torch.no_grad()
def forward():
    tensors, unets, vaes, texts = {}, [], [], []
    generator = torch.Generator().manual_seed(52)
    for name, variant in CHECKPOINTS.items():
        pipe = load_pipeline(f"checkpoints/{name}", variant=variant)
        ids = pipe.tokenizer("", padding="do_not_pad", return_tensors="pt").input_ids
        text = pipe.text_encoder(ids)[0]
        tensors[f"{name}.empty_prompt"] = text
        longer = torch.tensor([[ids[0, 0], 5, 9, 14, ids[0, 1]]])
        tensors[f"{name}.five_tokens"] = pipe.text_encoder(longer)[0]
        texts.append({"checkpoint": name, "variant": variant, "ids": ids[0].tolist(), "five_ids": longer[0].tolist()})
        few = name == "tiny-fp16"
        sizes = {"odd": LATENT_SIZES["odd"]} if few else LATENT_SIZES
        unets.append(
            {"checkpoint": name, "variant": variant, "cases": unet_cases(pipe.unet, text, tensors, f"{name}.unet", sizes)}
        )
        x = torch.rand([1, 3, 40, 24], generator=generator) * 2 - 1
        z = torch.randn([1, 4, 5, 3], generator=generator) / pipe.vae.config.scaling_factor
        encoded = pipe.vae.encode(x)
        mean = encoded.latent_dist.mode() if isinstance(pipe.vae, AutoencoderKL) else encoded.latents
        tensors |= {
            f"{name}.vae.x": x,
            f"{name}.vae.mean": mean,
            f"{name}.vae.z": z,
            f"{name}.vae.y": pipe.vae.decode(z, return_dict=False)[0],
        }
        vaes.append(
            {"checkpoint": name, "variant": variant, "class": type(pipe.vae).__name__,
             "tiny": isinstance(pipe.vae, AutoencoderTiny), "scaling_factor": pipe.vae.config.scaling_factor}
        )
    torch.manual_seed(0)
    unet = build_unet().eval()
    text_encoder = CLIPTextModel.from_pretrained(FIXTURES / "published" / "text_encoder")
    text = text_encoder(torch.tensor([[0, 1]]))[0]
    unets.append(
        {"checkpoint": "published", "variant": None,
         "cases": unet_cases(unet, text, tensors, "published.unet", {"odd": (5, 7)})}
    )
    write_case(
        "models/forward",
        {
            "unet": unets,
            "vae": vaes,
            "text_encoder": texts,
            "note": "unet: x [B,8,h,w] = [image latent, noisy latent], text = <checkpoint>.empty_prompt repeated B times. "
            "vae: mean is not multiplied by scaling_factor, z is already divided by it, y is [1,3,8h,8w].",
        },
        tensors,
    )


def time_embedding():
    t = torch.tensor([0, 1, 19, 249, 332, 499, 666, 749, 981, 999])
    settings = [
        {"dim": 320, "flip_sin_to_cos": True, "freq_shift": 0},
        {"dim": 8, "flip_sin_to_cos": True, "freq_shift": 0},
        {"dim": 32, "flip_sin_to_cos": False, "freq_shift": 1},
        {"dim": 7, "flip_sin_to_cos": True, "freq_shift": 0},
    ]
    tensors = {
        f"embedding{i}": get_timestep_embedding(
            t, s["dim"], flip_sin_to_cos=s["flip_sin_to_cos"], downscale_freq_shift=s["freq_shift"]
        )
        for i, s in enumerate(settings)
    }
    write_case(
        "models/time_embedding",
        {
            "timesteps": t.tolist(),
            "settings": settings,
            "tolerance": "6e-5 at t = 999: the reference computes the phase in float32",
        },
        tensors,
    )


UNET_VARIANTS = {
    "lists": UNET_TWO_LEVELS | dict(layers_per_block=[1, 2], transformer_layers_per_block=[1, 2]),
    "two-transformer-layers": UNET_TWO_LEVELS
    | dict(transformer_layers_per_block=2, attention_head_dim=8, use_linear_projection=False),
    "transformers-everywhere": UNET_TWO_LEVELS
    | dict(
        down_block_types=("CrossAttnDownBlock2D",) * 2, up_block_types=("CrossAttnUpBlock2D",) * 2,
        flip_sin_to_cos=False, freq_shift=1, norm_eps=1e-6, upcast_attention=True,
    ),
    "one-level": UNET_TWO_LEVELS
    | dict(
        block_out_channels=(8,), attention_head_dim=2, down_block_types=("CrossAttnDownBlock2D",),
        up_block_types=("CrossAttnUpBlock2D",),
    ),
}
VAE_VARIANTS = {
    "plain": VAE_KL_SMALL | dict(use_quant_conv=False, use_post_quant_conv=False, mid_block_add_attention=False),
    "three-layers": VAE_KL_SMALL | dict(block_out_channels=(4, 8), layers_per_block=3, scaling_factor=0.5)
    | dict(down_block_types=("DownEncoderBlock2D",) * 2, up_block_types=("UpDecoderBlock2D",) * 2),
}


@torch.no_grad()
def variants():
    """Weights are recipes of torch's own initialisation, as in published.py."""
    generator = torch.Generator().manual_seed(53)
    text = torch.randn([1, 2, 32], generator=generator)
    tensors, unets, vaes = {"text": text[0]}, [], []
    for name, config in UNET_VARIANTS.items():
        unet, recipe = recipe_of(lambda: UNet2DConditionModel(**config))
        x = torch.randn([2, 8, 5, 7], generator=generator)
        v = unet(x, 499, encoder_hidden_states=text.repeat(2, 1, 1), return_dict=False)[0]
        tensors |= {f"{name}.x": x, f"{name}.v": v}
        unets.append({"name": name, "config": json.loads(unet.to_json_string()), "t": 499, "recipe": recipe})
    for name, config in VAE_VARIANTS.items():
        vae, recipe = recipe_of(lambda: AutoencoderKL(**config))
        x = torch.rand([1, 3, 16, 24], generator=generator) * 2 - 1
        latent = vae.encode(x).latent_dist.mode() * vae.config.scaling_factor
        y = vae.decode(latent / vae.config.scaling_factor, return_dict=False)[0]
        tensors |= {f"{name}.x": x, f"{name}.latent": latent, f"{name}.y": y}
        vaes.append({"name": name, "config": json.loads(vae.to_json_string()), "recipe": recipe})
    write_case("models/variants", {"unet": unets, "vae": vaes}, tensors)


def generate():
    forward()
    time_embedding()
    variants()


if __name__ == "__main__":
    torch.set_num_threads(1)
    generate()
