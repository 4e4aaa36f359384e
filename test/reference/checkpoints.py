"""Tiny checkpoints in diffusers layout. Weights are shared between cases; scheduler configs lie apart."""

import json
import shutil

import torch
from diffusers import AutoencoderKL, AutoencoderTiny, UNet2DConditionModel
from safetensors.torch import load_file, save_file
from transformers import CLIPTextConfig, CLIPTextModel, CLIPTokenizer

from fixture_store import FIXTURES, write_json
from synthetic import picture

ROOT = FIXTURES / "checkpoints"

# Verbatim v1-0 values where the reference has them; key order as published.
SCHEDULER = {
    "beta_end": 0.012,
    "beta_schedule": "scaled_linear",
    "beta_start": 0.00085,
    "clip_sample": False,
    "clip_sample_range": 1.0,
    "dynamic_thresholding_ratio": 0.995,
    "num_train_timesteps": 1000,
    "prediction_type": "v_prediction",
    "rescale_betas_zero_snr": False,
    "set_alpha_to_one": False,
    "skip_prk_steps": True,
    "steps_offset": 1,
    "thresholding": False,
    "timestep_spacing": "leading",
}
LCM = {k: v for k, v in SCHEDULER.items() if k != "skip_prk_steps"} | {
    "original_inference_steps": 50,
    "timestep_scaling": 10.0,
    "trained_betas": None,
}
SCHEDULERS = {
    "ddim-trailing-zero-snr": {"_class_name": "DDIMScheduler", **SCHEDULER}
    | {"timestep_spacing": "trailing", "rescale_betas_zero_snr": True},
    "ddim-trailing": {"_class_name": "DDIMScheduler", **SCHEDULER} | {"timestep_spacing": "trailing"},
    "ddim-leading": {"_class_name": "DDIMScheduler", **SCHEDULER},
    "ddim-linspace-alpha-one": {"_class_name": "DDIMScheduler", **SCHEDULER}
    | {"timestep_spacing": "linspace", "set_alpha_to_one": True},
    "lcm": {"_class_name": "LCMScheduler", **LCM},
}

UNET_SD2 = dict(
    sample_size=8,
    in_channels=8,
    out_channels=4,
    block_out_channels=(8, 16, 24, 24),
    layers_per_block=2,
    norm_num_groups=4,
    cross_attention_dim=32,
    attention_head_dim=[1, 2, 3, 2],
    use_linear_projection=True,
    down_block_types=("CrossAttnDownBlock2D",) * 3 + ("DownBlock2D",),
    up_block_types=("UpBlock2D",) + ("CrossAttnUpBlock2D",) * 3,
)
UNET_CONV_PROJECTION = UNET_SD2 | dict(
    block_out_channels=(8, 8, 16, 16),
    layers_per_block=1,
    norm_num_groups=4,
    attention_head_dim=4,
    use_linear_projection=False,
)
UNET_TWO_LEVELS = dict(
    sample_size=8,
    in_channels=8,
    out_channels=4,
    block_out_channels=(8, 16),
    layers_per_block=1,
    norm_num_groups=4,
    cross_attention_dim=32,
    attention_head_dim=[2, 4],
    use_linear_projection=True,
    down_block_types=("DownBlock2D", "CrossAttnDownBlock2D"),
    up_block_types=("CrossAttnUpBlock2D", "UpBlock2D"),
)
VAE_KL = dict(
    block_out_channels=(8, 16, 16, 16),
    layers_per_block=2,
    norm_num_groups=4,
    latent_channels=4,
    sample_size=64,
    scaling_factor=0.18215,
    down_block_types=("DownEncoderBlock2D",) * 4,
    up_block_types=("UpDecoderBlock2D",) * 4,
)
VAE_KL_SMALL = VAE_KL | dict(block_out_channels=(4, 8, 8, 8), layers_per_block=1, norm_num_groups=2)
VAE_TINY = dict(encoder_block_out_channels=(8,) * 4, decoder_block_out_channels=(8,) * 4, latent_channels=4)
TEXT = dict(
    hidden_size=32,
    intermediate_size=64,
    num_attention_heads=4,
    num_hidden_layers=2,
    vocab_size=48,
    hidden_act="gelu",
    projection_dim=16,
    bos_token_id=0,
    eos_token_id=2,
    pad_token_id=1,
)


def enliven(module, seed, gain=1.25):
    """
    Default initialisation gives zero biases, unit norms and nearly flat outputs, so a dropped bias or a swapped norm
    would go unseen. Scale the matrices up and give every vector its own random values.
    """
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for name, parameter in module.named_parameters():
            draw = torch.randn(parameter.shape, generator=generator)
            if parameter.dim() > 1:
                fan_in = parameter[0].numel()
                parameter.copy_(draw * gain / fan_in**0.5)
            elif name.endswith("weight"):
                parameter.copy_(1 + 0.2 * draw)
            else:
                parameter.copy_(0.1 * draw)
    return module.eval()


def settle_decoder(vae, target=0.4):
    """Rescales the decoder's last convolution so that unit noise decodes to y with mean 0 and std `target`."""
    generator = torch.Generator().manual_seed(99)
    last = vae.decoder.conv_out if hasattr(vae.decoder, "conv_out") else vae.decoder.layers[-1]
    with torch.no_grad():
        z = torch.randn([1, 4, 8, 8], generator=generator) / vae.config.scaling_factor
        y = vae.decode(z, return_dict=False)[0].mean(dim=1)
        factor = target / y.std()
        shift = -y.mean() * factor if hasattr(vae.decoder, "conv_out") else 0.0
        last.weight.mul_(factor)
        last.bias.mul_(factor).add_(shift)
    return vae


def settle_encoder(vae):
    """Rescales the encoder's last convolution so that latents x 0.18215 have about unit variance, as SD's do."""
    x = torch.from_numpy(picture(64, 64, 7)).float()[None] / 127.5 - 1
    last = vae.encoder.conv_out if hasattr(vae.encoder, "conv_out") else vae.encoder.layers[-1]
    with torch.no_grad():
        encoded = vae.encode(x)
        z = encoded.latent_dist.mode() if hasattr(encoded, "latent_dist") else encoded.latents
        last.weight.mul_(1 / (z.std() * vae.config.scaling_factor))
    return vae


def save_text_encoder(text_encoder, folder):
    """As in the published SD2 file: names under `text_model.`, with the int64 `position_ids` buffer."""
    text_encoder.save_pretrained(folder)
    state = {f"text_model.{k}": v.contiguous() for k, v in load_file(folder / "model.safetensors").items()}
    state["text_model.embeddings.position_ids"] = torch.arange(77)[None]
    save_file(state, folder / "model.safetensors", metadata={"format": "pt"})


def save_tokenizer(folder, vocabulary_size, bos, eos):
    """A CLIP tokenizer of single letters with <|startoftext|> and <|endoftext|> at the given ids."""
    letters = [c for c in "abcdefghijklmnopqrstuvwxyz0123456789"]
    tokens = (letters + [f"{c}</w>" for c in letters])[: vocabulary_size - 2]
    vocabulary, rest = {"<|startoftext|>": bos, "<|endoftext|>": eos}, iter(tokens)
    for i in range(vocabulary_size):
        if i in (bos, eos):
            continue
        token = next(rest, None)
        if token is not None:
            vocabulary[token] = i
    folder.mkdir(parents=True, exist_ok=True)
    ordered = dict(sorted(vocabulary.items(), key=lambda item: item[1]))
    (folder / "vocab.json").write_text(json.dumps(ordered) + "\n")
    (folder / "merges.txt").write_text("#version: 0.2\n")
    special = {"bos_token": "<|startoftext|>", "eos_token": "<|endoftext|>", "unk_token": "<|endoftext|>"}
    (folder / "special_tokens_map.json").write_text(json.dumps(special | {"pad_token": "!"}, indent=1) + "\n")
    settings = special | {"model_max_length": 77, "tokenizer_class": "CLIPTokenizer", "pad_token": "<|endoftext|>"}
    (folder / "tokenizer_config.json").write_text(json.dumps(settings, indent=1) + "\n")
    ids = CLIPTokenizer.from_pretrained(folder)("", padding="do_not_pad").input_ids
    assert ids == [bos, eos], f"the empty prompt became {ids}, expected {[bos, eos]}"


def write_model_index(folder, scheduler_class, vae_class="AutoencoderKL", **settings):
    index = {
        "_class_name": "MarigoldDepthPipeline",
        "_diffusers_version": "0.42.1",
        "prediction_type": "depth",
        "scale_invariant": True,
        "shift_invariant": True,
        "scheduler": ["diffusers", scheduler_class],
        "text_encoder": ["transformers", "CLIPTextModel"],
        "tokenizer": ["transformers", "CLIPTokenizer"],
        "unet": ["diffusers", "UNet2DConditionModel"],
        "vae": ["diffusers", vae_class],
        **settings,
    }
    write_json(folder.relative_to(FIXTURES) / "model_index.json", index)


def old_attention_names(state):
    names = {"to_q": "query", "to_k": "key", "to_v": "value", "to_out.0": "proj_attn"}

    def rename(key):
        if ".attentions." in key:
            for new, old in names.items():
                key = key.replace(f".{new}.", f".{old}.")
        return key

    return {rename(key): value for key, value in state.items()}


def generate():
    shutil.rmtree(ROOT, ignore_errors=True)
    for name, config in SCHEDULERS.items():
        write_json(f"checkpoints/schedulers/{name}/scheduler_config.json", config)

    main = ROOT / "tiny-ddim-trailing"
    torch.manual_seed(0)
    unet = enliven(UNet2DConditionModel(**UNET_SD2), seed=0)
    unet.save_pretrained(main / "unet")
    vae = settle_decoder(settle_encoder(enliven(AutoencoderKL(**VAE_KL), seed=1)))
    vae.save_pretrained(main / "vae")
    text_encoder = enliven(CLIPTextModel(CLIPTextConfig(**TEXT)), seed=2)
    save_text_encoder(text_encoder, main / "text_encoder")
    save_tokenizer(main / "tokenizer", TEXT["vocab_size"], bos=46, eos=47)
    write_json("checkpoints/tiny-ddim-trailing/scheduler/scheduler_config.json", SCHEDULERS["ddim-trailing-zero-snr"])
    write_model_index(main, "DDIMScheduler", default_denoising_steps=4, default_processing_resolution=72)

    # A complete second folder: convolutions as projections, and the VAE under the attention names of the SD2 file.
    conv = ROOT / "tiny-lcm"
    enliven(UNet2DConditionModel(**UNET_CONV_PROJECTION), seed=3).save_pretrained(conv / "unet")
    settle_decoder(settle_encoder(enliven(AutoencoderKL(**VAE_KL_SMALL), seed=4))).save_pretrained(conv / "vae")
    vae_file = conv / "vae" / "diffusion_pytorch_model.safetensors"
    save_file(old_attention_names(load_file(vae_file)), vae_file, metadata={"format": "pt"})
    save_text_encoder(enliven(CLIPTextModel(CLIPTextConfig(**TEXT)), seed=5), conv / "text_encoder")
    save_tokenizer(conv / "tokenizer", TEXT["vocab_size"], bos=0, eos=1)
    write_json("checkpoints/tiny-lcm/scheduler/scheduler_config.json", SCHEDULERS["lcm"])
    write_model_index(conv, "LCMScheduler", default_denoising_steps=1, default_processing_resolution=72)

    # Two levels in five shards, and the tiny autoencoder.
    leading = ROOT / "tiny-ddim-leading"
    enliven(UNet2DConditionModel(**UNET_TWO_LEVELS), seed=6).save_pretrained(leading / "unet", max_shard_size="60KB")
    vae_tiny = settle_decoder(settle_encoder(enliven(AutoencoderTiny(**VAE_TINY), seed=7)))
    vae_tiny.save_pretrained(leading / "vae")
    save_text_encoder(enliven(CLIPTextModel(CLIPTextConfig(**TEXT)), seed=8), leading / "text_encoder")
    save_tokenizer(leading / "tokenizer", TEXT["vocab_size"], bos=10, eos=20)
    write_json("checkpoints/tiny-ddim-leading/scheduler/scheduler_config.json", SCHEDULERS["ddim-leading"])
    write_model_index(
        leading, "DDIMScheduler", "AutoencoderTiny", default_denoising_steps=10, default_processing_resolution=72
    )

    # tiny-lcm's weights as fp16 files only.
    half = ROOT / "tiny-fp16"
    shutil.copytree(conv, half)
    for part, stem in [("unet", "diffusion_pytorch_model"), ("vae", "diffusion_pytorch_model"), ("text_encoder", "model")]:
        full = half / part / f"{stem}.safetensors"
        state = {k: v.half() if v.is_floating_point() else v for k, v in load_file(full).items()}
        save_file(state, half / part / f"{stem}.fp16.safetensors", metadata={"format": "pt"})
        full.unlink()


if __name__ == "__main__":
    generate()
