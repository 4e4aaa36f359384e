"""Single models: U-Net forward, text encoder, VAE encode and decode, time embedding; random inputs, diffusers' outputs."""

import torch
from diffusers import AutoencoderKL, AutoencoderTiny
from diffusers.models.embeddings import get_timestep_embedding
from transformers import CLIPTextModel

from fixture_store import FIXTURES, write_case
from published import build_unet
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


def generate():
    forward()
    time_embedding()


if __name__ == "__main__":
    torch.set_num_threads(1)
    generate()
